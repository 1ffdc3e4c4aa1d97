import * as z from 'zod';
import type { JsonObject } from '../engine/store.ts';
import { compilePattern } from '../types.ts';

/** A type in a manifest: JSON Schema 2020-12, limited to what every language can check in the same way. */
export interface TypeSchema {
  readonly type?: string | readonly string[] | undefined;
  readonly properties?: Readonly<Record<string, TypeSchema>> | undefined;
  readonly required?: readonly string[] | undefined;
  readonly additionalProperties?: boolean | TypeSchema | undefined;
  readonly items?: TypeSchema | undefined;
  readonly enum?: readonly unknown[] | undefined;
  readonly const?: unknown;
  readonly default?: unknown;
  readonly oneOf?: readonly { readonly $ref: string }[] | undefined;
  readonly discriminator?: { readonly propertyName: string } | undefined;
  readonly $ref?: string | undefined;
  readonly [limitOrComment: string]: unknown;
}

/** The types that a manifest names. */
export type NamedTypes = Readonly<Record<string, TypeSchema>>;

const RANGE = ['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum'];
/** The keywords of each kind of type. All may have `description` and `examples`, and properties `default`. */
const KEYWORDS: Readonly<Record<string, readonly string[]>> = {
  object: ['type', 'properties', 'required', 'additionalProperties'],
  array: ['type', 'items', 'minItems', 'maxItems'],
  string: ['type', 'minLength', 'maxLength', 'pattern', 'format'],
  integer: ['type', ...RANGE],
  number: ['type', ...RANGE],
  boolean: ['type'],
  null: ['type'],
  $ref: ['$ref'],
  oneOf: ['oneOf', 'discriminator'],
  const: ['const', 'type'],
  enum: ['enum', 'type'],
};
const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isCount = (value: unknown): boolean => Number.isInteger(value) && Number(value) >= 0;
const isText = (value: unknown): boolean => typeof value === 'string';
const isList = (value: unknown): value is unknown[] => Array.isArray(value) && value.length > 0;
const isReference = (value: unknown): value is string => /^#\/types\/[A-Z][A-Za-z0-9]{0,63}$/.test(String(value));
/** What the values of keywords must be. Types in types are checked apart. */
const FORMS: Readonly<Record<string, (value: unknown) => boolean>> = {
  ...Object.fromEntries(['minLength', 'maxLength', 'minItems', 'maxItems'].map((each) => [each, isCount])),
  ...Object.fromEntries(RANGE.map((each) => [each, Number.isFinite])),
  description: isText,
  examples: isList,
  pattern: (value) => typeof value === 'string' && isPattern(value),
  format: (value) => ['date', 'date-time', 'uuid', 'email', 'uri'].includes(String(value)),
  $ref: isReference,
  oneOf: (value) =>
    isList(value) &&
    value.length > 1 &&
    value.every((branch) => isObject(branch) && Object.keys(branch).join() === '$ref' && isReference(branch.$ref)),
  discriminator: (value) =>
    isObject(value) && Object.keys(value).join() === 'propertyName' && isText(value.propertyName),
  properties: (value) => isObject(value) && Object.keys(value).every((name) => PROPERTY.test(name)),
  enum: (value) =>
    isList(value) && new Set(value).size === value.length && ['string', 'integer'].includes(kindsOf(value)[0].join()),
  const: (value) => kindOf(value) !== undefined,
};
const PROPERTY = /^[a-z][a-z0-9_]{0,63}$/;
const MAX_DEPTH = 20;

export const TypeSchema = z.custom<TypeSchema>((value) => problemIn(value) === undefined, {
  error: ({ input }) => problemIn(input) ?? 'Invalid type',
});

/** What is wrong with a type, apart from what it refers to; `create-ai-module validate` says more. The same in Python. */
function problemIn(type: unknown, isProperty = false, depth = 0): string | undefined {
  if (!isObject(type)) return 'a type must be an object';
  if (depth > MAX_DEPTH) return `a type is nested more than ${MAX_DEPTH} levels deep`;
  const kind = ['$ref', 'oneOf', 'const', 'enum'].find((each) => each in type) ?? plainType(type.type);
  if (kind === undefined) return 'a type must have type, enum, const, oneOf or $ref';
  const allowed = [...(KEYWORDS[kind] ?? []), 'description', 'examples', ...(isProperty ? ['default'] : [])];
  for (const [keyword, value] of Object.entries(type)) {
    if (!allowed.includes(keyword)) return `${keyword} does not go with ${kind}`;
    if (FORMS[keyword]?.(value) === false) return `${keyword} is invalid`;
  }
  if (kind === 'oneOf' && !('discriminator' in type)) return 'oneOf needs a discriminator';
  if (kind === 'const' || kind === 'enum') return problemInConstants(type);
  if (kind === 'array') return problemIn(type.items, false, depth + 1);
  return kind === 'object' ? problemInObject(type, depth) : undefined;
}

function problemInObject(type: Readonly<Record<string, unknown>>, depth: number): string | undefined {
  const { properties = {}, required = [], additionalProperties: others = false } = type;
  const parts = Object.entries(properties as object);
  if (!Array.isArray(required) || new Set(required).size < required.length)
    return 'required must be a list of properties';
  const unknown = required.find((name) => !parts.some(([property]) => property === name));
  if (unknown !== undefined) return `there is no property ${unknown}, which is required`;
  if (typeof others !== 'boolean' && parts.length > 0)
    return 'additionalProperties must be true or false beside properties';
  const inner = parts.map(([, part]) => problemIn(part, true, depth + 1));
  if (typeof others !== 'boolean') inner.push(problemIn(others, false, depth + 1));
  return inner.find((problem) => problem !== undefined);
}

function problemInConstants(type: Readonly<Record<string, unknown>>): string | undefined {
  const [kinds, isNullable] = 'const' in type ? [[kindOf(type.const)], false] : kindsOf(type.enum as unknown[]);
  const wanted = isNullable ? [...kinds, 'null'] : kinds;
  const isSame = type.type === undefined || [type.type].flat().sort().join() === wanted.sort().join();
  return isSame ? undefined : 'the type does not fit the values of enum or const';
}

/** The kinds of the values of an enum beside null, and whether null is one of them. */
function kindsOf(values: readonly unknown[]): [kinds: (string | undefined)[], isNullable: boolean] {
  const kinds = new Set(values.map(kindOf));
  const isNullable = kinds.delete('null');
  return [[...kinds], isNullable];
}

function kindOf(value: unknown): string | undefined {
  if (value === null) return 'null';
  if (typeof value === 'string' || typeof value === 'boolean') return typeof value;
  return Number.isSafeInteger(value) ? 'integer' : undefined;
}

/** The type that is meant by one name, or by one name and null. */
function plainType(type: unknown): string | undefined {
  const names = [type].flat();
  const others = names.filter((name) => name !== 'null');
  const isKnown = names.every((name) => typeof name === 'string' && TYPES.has(name));
  const isOne = names.length === 1 || (names.length === 2 && others.length === 1);
  return isKnown && isOne ? String(others[0] ?? 'null') : undefined;
}

const TYPES: ReadonlySet<string> = new Set(['object', 'array', 'string', 'integer', 'number', 'boolean', 'null']);

function isPattern(pattern: string): boolean {
  try {
    compilePattern(pattern);
    return true;
  } catch {
    return false;
  }
}

/** The names that a type refers to, also from its parts. */
export function namesIn(type: TypeSchema): string[] {
  const refs = partsOf(type).flatMap(({ $ref, oneOf = [] }) => [$ref, ...oneOf.map((branch) => branch.$ref)]);
  return refs.flatMap((ref) => (ref === undefined ? [] : [nameIn(ref)]));
}

/** The type that a reference leads to, also through other references. */
export function resolveType(type: TypeSchema, types: NamedTypes): TypeSchema {
  const next = type.$ref === undefined ? undefined : types[nameIn(type.$ref)];
  return next === undefined ? type : resolveType(next, types);
}

/**
 * The JSON Schema of a type as it is checked: objects are closed unless the manifest opens them, and integers have the
 * range that every language can represent. `refTo` makes the reference to a named type.
 */
export function jsonSchemaOf(type: TypeSchema, types: NamedTypes, refTo: (name: string) => string): JsonObject {
  const inner = (part: TypeSchema) => jsonSchemaOf(part, types, refTo);
  const { $ref, oneOf, discriminator, ...own } = type;
  if ($ref !== undefined) return { ...own, $ref: refTo(nameIn($ref)) };
  if (oneOf !== undefined) {
    const property = discriminator?.propertyName ?? '';
    const branches = oneOf.map((branch) => {
      const tag = resolveType(branch, types).properties?.[property]?.const;
      return [String(tag), refTo(nameIn(branch.$ref))] as const;
    });
    return {
      ...own,
      oneOf: branches.map(([, to]) => ({ $ref: to })),
      discriminator: { propertyName: property, mapping: Object.fromEntries(branches) },
    };
  }
  const names = [own.type].flat();
  const schema: Record<string, unknown> = { ...own };
  if (names.includes('integer') || (own.type === undefined && typeof (own.const ?? own.enum?.[0]) === 'number')) {
    schema.type ??= own.enum?.includes(null) ? ['integer', 'null'] : 'integer';
    if (own.enum === undefined && own.const === undefined) {
      if (own.exclusiveMinimum === undefined) schema.minimum ??= Number.MIN_SAFE_INTEGER;
      if (own.exclusiveMaximum === undefined) schema.maximum ??= Number.MAX_SAFE_INTEGER;
    }
  }
  if (own.items !== undefined) schema.items = inner(own.items);
  if (own.properties !== undefined)
    schema.properties = Object.fromEntries(Object.entries(own.properties).map(([name, part]) => [name, inner(part)]));
  if (names.includes('object')) {
    const values = own.additionalProperties ?? false;
    schema.additionalProperties = typeof values === 'object' ? inner(values) : values;
  }
  return schema;
}

/** The JSON Schema of a type with everything that it refers to in `$defs`. */
export function standaloneSchema(type: TypeSchema, types: NamedTypes): JsonObject {
  const refTo = (name: string) => `#/$defs/${name}`;
  const found = new Set<string>();
  const visit = (part: TypeSchema) => {
    for (const name of namesIn(part)) {
      const next = types[name];
      if (next === undefined || found.has(name)) continue;
      found.add(name);
      visit(next);
    }
  };
  visit(type);
  const defs = [...found].sort().map((name) => [name, jsonSchemaOf(types[name] ?? {}, types, refTo)]);
  const schema = jsonSchemaOf(type, types, refTo);
  return defs.length === 0 ? schema : { ...schema, $defs: Object.fromEntries(defs) };
}

/** What is wrong with the types that refer to each other. `objects` have to be objects. */
export function findTypeProblem(
  types: NamedTypes,
  objects: readonly TypeSchema[],
  others: readonly TypeSchema[],
): string | undefined {
  const all = [...Object.values(types), ...objects, ...others];
  const bad = findBadReference(all, types);
  if (bad !== undefined) return `the type ${bad} does not exist, or contains itself`;
  if (objects.some((each) => !isObjectType(each, types))) return 'input, options and output must be objects';
  return all.flatMap(partsOf).find((each) => each.oneOf !== undefined && !hasTags(each, types))
    ? 'each type of a oneOf must be an object that requires the property of the discriminator, with a const of its own'
    : undefined;
}

function isObjectType(type: TypeSchema, types: NamedTypes): boolean {
  const found = resolveType(type, types);
  return found.type === 'object' || found.oneOf !== undefined;
}

function hasTags({ oneOf = [], discriminator }: TypeSchema, types: NamedTypes): boolean {
  const name = discriminator?.propertyName ?? '';
  const tags = oneOf.flatMap((branch) => {
    const { type, properties = {}, required = [] } = resolveType(branch, types);
    const tag = Object.hasOwn(properties, name) ? properties[name]?.const : undefined;
    return type === 'object' && required.includes(name) && typeof tag === 'string' ? [tag] : [];
  });
  return new Set(tags).size === oneOf.length;
}

/** A type and all types inside it, without following references. */
function partsOf(type: TypeSchema): TypeSchema[] {
  const { items, additionalProperties: values } = type;
  const parts = [...Object.values(type.properties ?? {}), items, typeof values === 'object' ? values : undefined];
  return [type, ...parts.flatMap((part) => (part === undefined ? [] : partsOf(part)))];
}

/** The first reference that leads nowhere or back to itself. */
function findBadReference(roots: readonly TypeSchema[], types: NamedTypes): string | undefined {
  const done = new Set<string>();
  const visit = (type: TypeSchema, above: readonly string[]): string | undefined => {
    for (const name of namesIn(type)) {
      const next = Object.hasOwn(types, name) ? types[name] : undefined;
      if (next === undefined || above.includes(name)) return name;
      if (done.has(name)) continue;
      const bad = visit(next, [...above, name]);
      if (bad !== undefined) return bad;
      done.add(name);
    }
    return undefined;
  };
  for (const root of roots) {
    const bad = visit(root, []);
    if (bad !== undefined) return bad;
  }
  return undefined;
}

function nameIn(ref: string): string {
  return ref.slice('#/types/'.length);
}
