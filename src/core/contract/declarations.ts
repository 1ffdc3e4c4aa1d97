import { takenTypeNames } from './names.ts';
import { namesIn, type ObjectType, type Type, type Types } from './type.ts';

const maxName = 64;

/**
 * The types as code declares them: each object has a name, as Python requires it, and follows the types that it uses.
 * An object inside `Order` in the property `address` is `OrderAddress`.
 */
export function declarationsOf(types: Types): Map<string, Type> {
  const named = new Map<string, Type>();
  const taken = new Set([...takenTypeNames, ...types.keys()]);
  const nameObject = (name: string, type: ObjectType): Type => {
    taken.add(name);
    named.set(name, withNames({ ...type, isNullable: false }, name, nameInner));
    return { kind: 'ref', name, isNullable: type.isNullable };
  };
  const nameInner: NameInner = (type, wanted) =>
    type.kind === 'object' ? nameObject(free(wanted, taken), type) : withNames(type, wanted, nameInner);
  for (const [name, type] of types)
    named.set(
      name,
      type.kind === 'object' && type.isNullable ? nameInner(type, `${name}Value`) : withNames(type, name, nameInner),
    );
  return inOrder(named);
}

type NameInner = (type: Type, wanted: string) => Type;

function withNames(type: Type, owner: string, nameInner: NameInner): Type {
  if (type.kind === 'array') return { ...type, items: nameInner(type.items, `${owner}Item`) };
  if (type.kind === 'map')
    return type.values === undefined ? type : { ...type, values: nameInner(type.values, `${owner}Value`) };
  if (type.kind !== 'object') return type;
  const properties = type.properties.map((property) => {
    const words = property.name.split('_').map((word) => word.charAt(0).toUpperCase() + word.slice(1));
    return { ...property, type: nameInner(property.type, `${owner}${words.join('')}`) };
  });
  return { ...type, properties };
}

function free(wanted: string, taken: ReadonlySet<string>): string {
  const short = wanted.slice(0, maxName);
  let name = short;
  for (let number = 2; taken.has(name); number += 1) name = `${short}${number}`;
  return name;
}

/** Each type after those that it uses. */
function inOrder(named: Types): Map<string, Type> {
  const ordered = new Map<string, Type>();
  const add = (name: string): void => {
    const type = named.get(name);
    if (type === undefined || ordered.has(name)) return;
    for (const used of namesIn(type)) add(used);
    ordered.set(name, type);
  };
  for (const name of named.keys()) add(name);
  return ordered;
}
