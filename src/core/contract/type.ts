/** A value as JSON can hold it. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/**
 * The type of a value. `read-type.ts` makes it from a manifest; code, OpenAPI, samples and summaries are made from it.
 */
export type Type =
  | ObjectType
  | MapType
  | ArrayType
  | StringType
  | NumberType
  | BooleanType
  | NullType
  | EnumType
  | ConstType
  | RefType
  | UnionType;

/** Types by name: those under `types` of the manifest, and the roots such as `Input`. */
export type Types = ReadonlyMap<string, Type>;

interface Annotations {
  readonly description?: string;
  readonly examples?: readonly Json[];
}

interface Nullable extends Annotations {
  readonly isNullable: boolean;
}

export interface Property {
  readonly name: string;
  readonly type: Type;
  readonly isRequired: boolean;
  /** The value of an absent property, with the defaults of its own properties. */
  readonly default?: Json;
}

/** An object with known properties. If it is open, it may have others with any value. */
export interface ObjectType extends Nullable {
  readonly kind: 'object';
  readonly properties: readonly Property[];
  readonly isOpen: boolean;
}

/** An object with any keys. Without `values`, these may be anything. */
export interface MapType extends Nullable {
  readonly kind: 'map';
  readonly values?: Type;
}

export interface ArrayType extends Nullable {
  readonly kind: 'array';
  readonly items: Type;
  readonly minItems?: number;
  readonly maxItems?: number;
}

export const formatNames = ['date', 'date-time', 'uuid', 'email', 'uri'] as const;
export type Format = (typeof formatNames)[number];

export interface StringType extends Nullable {
  readonly kind: 'string';
  /** Lengths count code points. */
  readonly minLength?: number;
  readonly maxLength?: number;
  /** As `pattern/pattern.ts` prints it: every language reads it the same way. */
  readonly pattern?: string;
  readonly format?: Format;
}

export interface NumberType extends Nullable {
  readonly kind: 'number' | 'integer';
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly exclusiveMaximum?: number;
}

export interface BooleanType extends Nullable {
  readonly kind: 'boolean';
}

export interface NullType extends Annotations {
  readonly kind: 'null';
}

export interface EnumType extends Nullable {
  readonly kind: 'enum';
  /** All strings, or all integers. */
  readonly values: readonly string[] | readonly number[];
}

export interface ConstType extends Nullable {
  readonly kind: 'const';
  /** A number is an integer. */
  readonly value: string | number | boolean;
}

export interface RefType extends Annotations {
  readonly kind: 'ref';
  /** Only in declarations: a nullable object is an object and a reference that may be null. */
  readonly isNullable?: boolean;
  readonly name: string;
}

/** One of several named objects, chosen by a property that is a different constant in each. */
export interface UnionType extends Annotations {
  readonly kind: 'union';
  readonly discriminator: string;
  readonly branches: readonly string[];
}

/** The type that a name refers to, also through other names. */
export function resolve(type: Type, types: Types): Exclude<Type, RefType> {
  let found = type;
  while (found.kind === 'ref') {
    const next = types.get(found.name);
    if (next === undefined) throw new Error(`There is no type ${found.name}`);
    found = next;
  }
  return found;
}

/** The branches of a union, by the value of its discriminator. */
export function branchesOf(union: UnionType, types: Types): Map<string, { name: string; type: ObjectType }> {
  return new Map(
    union.branches.flatMap((name) => {
      const type = resolve({ kind: 'ref', name }, types);
      if (type.kind !== 'object') return [];
      const tag = type.properties.find((property) => property.name === union.discriminator)?.type;
      return tag?.kind === 'const' && typeof tag.value === 'string' ? [[tag.value, { name, type }]] : [];
    }),
  );
}

/** The types inside a type, without following names. */
export function partsOf(type: Type): readonly Type[] {
  switch (type.kind) {
    case 'object':
      return type.properties.map((property) => property.type);
    case 'map':
      return type.values === undefined ? [] : [type.values];
    case 'array':
      return [type.items];
    default:
      return [];
  }
}

/** The names that a type refers to, also from its parts. */
export function namesIn(type: Type): string[] {
  if (type.kind === 'ref') return [type.name];
  if (type.kind === 'union') return [...type.branches];
  return partsOf(type).flatMap(namesIn);
}
