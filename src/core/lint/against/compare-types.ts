import { textOf } from '../../contract/summary.ts';
import {
  type ArrayType,
  branchesOf,
  type MapType,
  type NumberType,
  type ObjectType,
  type Property,
  resolve,
  type StringType,
  type Type,
  type Types,
  type UnionType,
} from '../../contract/type.ts';
import { checkValue } from '../../contract/values.ts';
import type { Problem } from '../../diagnostic.ts';
import { isSame } from '../../yaml/same.ts';
import { fromTo, shortened, shown } from './change.ts';
import { type TypeChangeId, typeChangeKinds } from './change-kinds.ts';

/** One difference between two versions of a type. */
export interface TypeEdit {
  readonly kind: TypeChangeId;
  /** The place in a value: `.lines[].amount`; empty for the value itself. */
  readonly place: string;
  /** The end of a sentence about the place: `was removed`. */
  readonly text: string;
  /** The place in the newer manifest. */
  readonly path: Problem['path'];
}

interface Side {
  readonly type: Type;
  readonly types: Types;
}

/** How a type changed. `path` is the place of the newer one. Descriptions, examples and names of types do not matter. */
export function compareTypes(before: Side, after: Side & { readonly path: Problem['path'] }): TypeEdit[] {
  return new Comparison(before.types, after.types).compare(before.type, after.type, { place: '', path: after.path });
}

/** Whether every value of `inner` is one of `outer`, as far as the types tell. */
function isWithin(inner: Side, outer: Side): boolean {
  return compareTypes(inner, { ...outer, path: [] }).every(
    ({ kind }) => typeChangeKinds[kind].received === 'compatible',
  );
}

interface At {
  readonly place: string;
  readonly path: Problem['path'];
}

type Resolved = ReturnType<typeof resolve>;
type Values = readonly (string | number | boolean)[];

class Comparison {
  readonly #before: Types;
  readonly #after: Types;

  constructor(before: Types, after: Types) {
    this.#before = before;
    this.#after = after;
  }

  compare(before: Type, after: Type, given: At): TypeEdit[] {
    const at = { ...given, path: this.#pathOf(after, given.path) };
    const [was, is] = [resolve(before, this.#before), resolve(after, this.#after)];
    if (was.kind === 'null' && is.kind === 'null') return [];
    if (was.kind === 'null') return [typeEdit(isNullable(is) ? 'type-widened' : 'type-changed', was, is, at)];
    if (is.kind === 'null') return [typeEdit(isNullable(was) ? 'type-narrowed' : 'type-changed', was, is, at)];
    return [...nullEdits(was, is, at), ...this.#compareValues(was, is, at)];
  }

  /** Where a type is declared. */
  #pathOf(type: Type, given: At['path']): At['path'] {
    if (type.kind !== 'ref') return given;
    const path = ['types', type.name];
    const next = this.#after.get(type.name);
    return next === undefined ? path : this.#pathOf(next, path);
  }

  #compareValues(was: Resolved, is: Resolved, at: At): TypeEdit[] {
    const [old, now] = [valuesOf(was, is), valuesOf(is, was)];
    if (old !== undefined && now !== undefined) return valueEdits(old, now, was, is, at);
    if (old !== undefined) {
      const isWider = old.every((value) => checkValue(value, is, this.#after).problems.length === 0);
      return [typeEdit(isWider ? 'type-widened' : 'type-changed', was, is, at)];
    }
    if (now !== undefined) {
      const isNarrower = now.every((value) => checkValue(value, was, this.#before).problems.length === 0);
      return [typeEdit(isNarrower ? 'type-narrowed' : 'type-changed', was, is, at)];
    }
    if (isNumber(was) && isNumber(is)) return numberEdits(was, is, at);
    if (was.kind === 'string' && is.kind === 'string') return textEdits(was, is, at);
    if (was.kind === 'array' && is.kind === 'array') return this.#arrays(was, is, at);
    if (isObject(was) && isObject(is)) return this.#objects(was, is, at);
    return was.kind === is.kind ? [] : [typeEdit('type-changed', was, is, at)];
  }

  #arrays(was: ArrayType, is: ArrayType, at: At): TypeEdit[] {
    const items = { place: `${at.place}[]`, path: [...at.path, 'items'] };
    return [...countEdits(was, is, 'Items', at), ...this.compare(was.items, is.items, items)];
  }

  #objects(was: AnyObject, is: AnyObject, at: At): TypeEdit[] {
    if (was.kind === 'object' && is.kind === 'object') return this.#properties(was, is, at);
    if (was.kind === 'map' && is.kind === 'map') return this.#maps(was, is, at);
    if (was.kind === 'union' && is.kind === 'union') return this.#unions(was, is, at);
    if (was.kind === 'map') {
      const isNarrower = fitsMap(is as ObjectType | UnionType, this.#after, was, this.#before);
      return [typeEdit(isNarrower ? 'type-narrowed' : 'type-changed', was, is, at)];
    }
    if (is.kind === 'map') {
      const isWider = fitsMap(was, this.#before, is, this.#after);
      return [typeEdit(isWider ? 'type-widened' : 'type-changed', was, is, at)];
    }
    if (was.kind === 'union') return this.#fromUnion(was, is as ObjectType, at);
    return this.#toUnion(was, is as UnionType, at);
  }

  #maps(was: MapType, is: MapType, at: At): TypeEdit[] {
    if (was.values === undefined && is.values === undefined) return [];
    if (was.values === undefined) return [typeEdit('type-narrowed', was, is, at)];
    if (is.values === undefined) return [typeEdit('type-widened', was, is, at)];
    const path = [...at.path, 'additionalProperties'];
    return this.compare(was.values, is.values, { place: `${at.place}.*`, path });
  }

  #properties(was: ObjectType, is: ObjectType, at: At): TypeEdit[] {
    const now = new Map(is.properties.map((property) => [property.name, property]));
    const old = new Map(was.properties.map((property) => [property.name, property]));
    const inside = (name: string): At => ({ place: `${at.place}.${name}`, path: [...at.path, 'properties', name] });
    const kept = was.properties.flatMap((property): TypeEdit[] => {
      const found = now.get(property.name);
      const there = inside(property.name);
      if (found === undefined)
        return [edit('property-removed', { ...there, path: at.path }, `was removed (${textOf(property.type)})`)];
      return [...propertyEdits(property, found, there), ...this.compare(property.type, found.type, there)];
    });
    const added = is.properties
      .filter(({ name }) => !old.has(name))
      .map(({ name, type, isRequired }) => {
        const kind = isRequired ? 'required-property-added' : was.isOpen ? 'property-added-to-open' : 'property-added';
        return edit(kind, inside(name), `was added (${textOf(type)}, ${isRequired ? 'required' : 'optional'})`);
      });
    return [...kept, ...added, ...openEdits(was, is, at)];
  }

  #unions(was: UnionType, is: UnionType, at: At): TypeEdit[] {
    if (was.discriminator !== is.discriminator) return [typeEdit('type-changed', was, is, at)];
    const [old, now] = [branchesOf(was, this.#before), branchesOf(is, this.#after)];
    const choice = (tag: string) => `the choice with the ${was.discriminator} ${JSON.stringify(tag)}`;
    return [
      ...[...old].flatMap(([tag, { type }]) => {
        const found = now.get(tag);
        if (found === undefined) return [edit('choice-removed', at, `${choice(tag)} was removed`, true)];
        return this.#properties(type, found.type, { place: at.place, path: ['types', found.name] });
      }),
      ...[...now].flatMap(([tag]) =>
        old.has(tag) ? [] : [edit('choice-added', at, `${choice(tag)} was added`, true)],
      ),
    ];
  }

  /** An object that becomes one of several. */
  #toUnion(was: ObjectType, is: UnionType, at: At): TypeEdit[] {
    const branch = branchesOf(is, this.#after).get(tagOf(was, is, this.#before) ?? '');
    if (branch === undefined) return [typeEdit('type-changed', was, is, at)];
    const inner = this.#properties(was, branch.type, { place: at.place, path: ['types', branch.name] });
    return [typeEdit('type-widened', was, is, at), ...inner];
  }

  #fromUnion(was: UnionType, is: ObjectType, at: At): TypeEdit[] {
    const branch = branchesOf(was, this.#before).get(tagOf(is, was, this.#after) ?? '');
    if (branch === undefined) return [typeEdit('type-changed', was, is, at)];
    return [typeEdit('type-narrowed', was, is, at), ...this.#properties(branch.type, is, at)];
  }
}

type AnyObject = ObjectType | MapType | UnionType;

/** Whether every object of a type is one of a map. */
function fitsMap(inner: ObjectType | UnionType, types: Types, map: MapType, mapTypes: Types): boolean {
  const { values } = map;
  if (values === undefined) return true;
  const objects = inner.kind === 'union' ? [...branchesOf(inner, types).values()].map(({ type }) => type) : [inner];
  return objects.every(
    ({ isOpen, properties }) =>
      !isOpen && properties.every(({ type }) => isWithin({ type, types }, { type: values, types: mapTypes })),
  );
}

/** The value of the discriminator that all values of an object have. */
function tagOf({ properties }: ObjectType, { discriminator }: UnionType, types: Types): string | undefined {
  const property = properties.find(({ name, isRequired }) => name === discriminator && isRequired);
  const type = property && resolve(property.type, types);
  return type?.kind === 'const' && typeof type.value === 'string' && !type.isNullable ? type.value : undefined;
}

/** `isAbout` if the text itself has a subject, such as `the default`. */
function edit(kind: TypeChangeId, { place, path }: At, text: string, isAbout = false): TypeEdit {
  return { kind, place, text: isAbout ? `: ${text}` : ` ${text}`, path };
}

function typeEdit(kind: TypeChangeId, was: Type, is: Type, at: At): TypeEdit {
  return edit(kind, at, fromTo(shortened(textOf(was)), shortened(textOf(is))));
}

function nullEdits(was: Resolved, is: Resolved, at: At): TypeEdit[] {
  if (isNullable(was) === isNullable(is)) return [];
  return isNullable(is)
    ? [edit('null-added', at, 'may be null now')]
    : [edit('null-removed', at, 'may be null no longer')];
}

/** The values of a type with few. A boolean has two if the other type has constants. */
function valuesOf(type: Resolved, other: Resolved): Values | undefined {
  if (type.kind === 'boolean') return other.kind === 'const' || other.kind === 'enum' ? [true, false] : undefined;
  return type.kind === 'enum' ? type.values : type.kind === 'const' ? [type.value] : undefined;
}

function valueEdits(old: Values, now: Values, was: Type, is: Type, at: At): TypeEdit[] {
  const removed = old.filter((value) => !now.includes(value));
  const added = now.filter((value) => !old.includes(value));
  if (removed.length === old.length) return [typeEdit('type-changed', was, is, at)];
  const list = (values: Values) => shortened(values.map((value) => JSON.stringify(value)).join(', '));
  return [
    ...(removed.length > 0 ? [edit('values-removed', at, `may be ${list(removed)} no longer`)] : []),
    ...(added.length > 0 ? [edit('values-added', at, `may also be ${list(added)}`)] : []),
  ];
}

function propertyEdits(was: Property, is: Property, at: At): TypeEdit[] {
  if (was.isRequired !== is.isRequired) {
    if (is.isRequired) return [edit('property-required', at, 'changed from optional to required')];
    if (is.default === undefined) return [edit('property-optional', at, 'changed from required to optional')];
    return [
      edit(
        'property-defaulted',
        at,
        `changed from required to optional, with the default ${shown(is.default, is.name)}`,
      ),
    ];
  }
  if (isSame(was.default, is.default)) return [];
  const kind =
    was.default === undefined ? 'default-added' : is.default === undefined ? 'default-removed' : 'default-changed';
  const [old, now] = [shown(was.default, was.name), shown(is.default, is.name)];
  return [edit(kind, at, `the default ${fromTo(old, now)}`, true)];
}

function openEdits(was: ObjectType, is: ObjectType, at: At): TypeEdit[] {
  if (was.isOpen === is.isOpen) return [];
  return is.isOpen
    ? [edit('opened', at, 'may have other keys now')]
    : [edit('closed', at, 'may have other keys no longer')];
}

function limitEdit(isNarrower: boolean, name: string, old: unknown, now: unknown, at: At): TypeEdit {
  const text = `${name} ${fromTo(shown(old), shown(now))}`;
  return edit(isNarrower ? 'limit-narrowed' : 'limit-widened', at, text, true);
}

function countEdits<T extends StringType | ArrayType>(was: T, is: T, noun: 'Items' | 'Length', at: At): TypeEdit[] {
  const limit = (type: T, side: 'min' | 'max') =>
    (type as unknown as Readonly<Record<string, number | undefined>>)[`${side}${noun}`];
  const [oldLeast, nowLeast] = [limit(was, 'min') ?? 0, limit(is, 'min') ?? 0];
  const [oldMost, nowMost] = [limit(was, 'max'), limit(is, 'max')];
  const most = (value: number | undefined) => value ?? Number.POSITIVE_INFINITY;
  return [
    ...(oldLeast === nowLeast ? [] : [limitEdit(nowLeast > oldLeast, `min${noun}`, oldLeast, nowLeast, at)]),
    ...(oldMost === nowMost ? [] : [limitEdit(most(nowMost) < most(oldMost), `max${noun}`, oldMost, nowMost, at)]),
  ];
}

function textEdits(was: StringType, is: StringType, at: At): TypeEdit[] {
  const rules = (['format', 'pattern'] as const).flatMap((name): TypeEdit[] => {
    if (was[name] === is[name]) return [];
    const kind =
      was[name] === undefined ? 'pattern-added' : is[name] === undefined ? 'pattern-removed' : 'pattern-changed';
    return [edit(kind, at, `${name} ${fromTo(shown(was[name]), shown(is[name]))}`, true)];
  });
  return [...rules, ...countEdits(was, is, 'Length', at)];
}

/** The limit of a number; an exclusive one of an integer is the next integer. */
interface Bound {
  readonly value: number;
  readonly isExclusive: boolean;
}

function numberEdits(was: NumberType, is: NumberType, at: At): TypeEdit[] {
  const kinds =
    was.kind === is.kind ? [] : [typeEdit(is.kind === 'number' ? 'type-widened' : 'type-narrowed', was, is, at)];
  const limits = (['Minimum', 'Maximum'] as const).flatMap((side): TypeEdit[] => {
    const sign = side === 'Minimum' ? 1 : -1;
    const [old, now] = [boundOf(was, side), boundOf(is, side)];
    const order = sign * (now.value - old.value) || Number(now.isExclusive) - Number(old.isExclusive);
    // Two infinite bounds have no difference.
    if (old.value === now.value && old.isExclusive === now.isExclusive) return [];
    const name = (bound: Bound) =>
      Number.isFinite(bound.value) ? `${bound.isExclusive ? 'exclusive ' : ''}${bound.value}` : 'none';
    const text = `${side.toLowerCase()} ${fromTo(name(old), name(now))}`;
    return [edit(order > 0 ? 'limit-narrowed' : 'limit-widened', at, text, true)];
  });
  return [...kinds, ...limits];
}

function boundOf(type: NumberType, side: 'Minimum' | 'Maximum'): Bound {
  const step = side === 'Minimum' ? 1 : -1;
  const inclusive = side === 'Minimum' ? type.minimum : type.maximum;
  const exclusive = type[`exclusive${side}`];
  if (inclusive !== undefined) return { value: inclusive, isExclusive: false };
  if (exclusive === undefined) return { value: step * Number.NEGATIVE_INFINITY, isExclusive: false };
  return type.kind === 'integer'
    ? { value: exclusive + step, isExclusive: false }
    : { value: exclusive, isExclusive: true };
}

function isNumber(type: Resolved): type is NumberType {
  return type.kind === 'number' || type.kind === 'integer';
}

function isObject(type: Resolved): type is AnyObject {
  return type.kind === 'object' || type.kind === 'map' || type.kind === 'union';
}

function isNullable(type: Resolved): boolean {
  return type.kind === 'null' || ('isNullable' in type && type.isNullable);
}
