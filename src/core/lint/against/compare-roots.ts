import { readTypes, referredBy } from '../../contract/read-type.ts';
import type { Type, Types } from '../../contract/type.ts';
import { type Contract, type ContractRoot, contractOf } from '../../manifest/contract.ts';
import type { Manifest } from '../../manifest/schema.ts';
import { isMapping, isSame } from '../../yaml/same.ts';
import { type Change, typeChange } from './change.ts';
import type { Direction, Party } from './change-kinds.ts';
import { compareTypes } from './compare-types.ts';

/** A manifest with its types, read once. */
export interface Typed {
  /** Reading an invalid field throws `InvalidField`. */
  readonly manifest: Manifest;
  /** The manifest without its invalid fields. */
  readonly parts: Manifest;
  readonly contract: Contract;
}

export function withTypes({ manifest, parts }: Omit<Typed, 'contract'>): Typed {
  return { manifest, parts, contract: contractOf(parts) };
}

interface Place {
  readonly before: Change['path'];
  readonly after: Change['path'];
  /** What has the type: `input`, `the payload of file.uploaded`. */
  readonly subject: string;
  readonly direction: Direction;
  readonly affects: Party;
}

/** The changes of the type at a place. A type may be missing on one side: then any object is allowed. */
export function compareRoots(before: Typed, after: Typed, place: Place): Change[] {
  const { subject, direction, affects } = place;
  const [was, is] = [rootAt(before, place.before), rootAt(after, place.after)];
  const found = (kind: Parameters<typeof typeChange>[0], text: string, path = place.after) =>
    typeChange(kind, direction, affects, `${subject}${text}`, path);
  if (was === undefined && is === undefined) return [];
  if (was === undefined) return [found('declared', ' has a type now, and was any object')];
  if (is === undefined) return [found('undeclared', ' may be any object now, and had a type')];
  const [old, now] = [readRoot(before, was), readRoot(after, is)];
  if (old === undefined || now === undefined) {
    const isEqual = isSame(schemasOf(before.parts, was), schemasOf(after.parts, is));
    return isEqual ? [] : [found('unclear', ' changed, and has keywords that types do not support')];
  }
  return compareTypes(old, { ...now, path: place.after }).map(({ kind, place: inside, text, path }) =>
    found(kind, `${inside}${text}`, path),
  );
}

function rootAt({ manifest, contract }: Typed, path: Change['path']): ContractRoot | undefined {
  // Throws if the field is invalid: then there is no root, and nothing is known.
  void manifest[path[0] as keyof Manifest];
  return contract.rootAt(path);
}

/** A root and the types that it refers to; `undefined` if one of them is not valid. */
function readRoot({ parts, contract }: Typed, root: ContractRoot): { type: Type; types: Types } | undefined {
  const { types, problems } =
    contract.problems.length === 0 ? contract : readTypes(namedIn(parts.types, root.schema), [root]);
  const type = types.get(root.name);
  return type === undefined || problems.length > 0 ? undefined : { type, types };
}

/** The named types that a schema refers to, also from each other. */
function namedIn(declared: unknown, schema: unknown): Record<string, unknown> {
  const found: Record<string, unknown> = {};
  const visit = (value: unknown): void => {
    const name = referredBy(value);
    if (name !== undefined && isMapping(declared) && Object.hasOwn(declared, name) && !Object.hasOwn(found, name)) {
      found[name] = declared[name];
      visit(declared[name]);
    }
    if (typeof value === 'object' && value !== null) Object.values(value).forEach(visit);
  };
  visit(schema);
  return found;
}

/** A schema and those that it refers to, without what explains them. */
function schemasOf({ types }: Manifest, { schema }: ContractRoot): unknown {
  return withoutProse([schema, namedIn(types, schema)]);
}

function withoutProse(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutProse);
  if (!isMapping(value)) return value;
  const rest = Object.entries(value).filter(
    ([key, inner]) =>
      !(key === 'description' && typeof inner === 'string') && !(key === 'examples' && Array.isArray(inner)),
  );
  return Object.fromEntries(rest.map(([key, inner]) => [key, withoutProse(inner)]));
}
