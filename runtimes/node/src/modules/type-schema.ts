import * as z from 'zod';
import type { JsonObject } from '../engine/store.ts';

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

const Name = z.enum(['object', 'array', 'string', 'integer', 'number', 'boolean', 'null']);
const Size = z.number().int().min(0);
const Ref = z.string().regex(/^#\/types\/[A-Z][A-Za-z0-9]{0,63}$/);

export const TypeSchema: z.ZodType<TypeSchema> = z.lazy(() =>
  z.strictObject({
    type: z.union([Name, z.array(Name)]).optional(),
    properties: z.record(z.string(), TypeSchema).optional(),
    required: z.array(z.string()).optional(),
    additionalProperties: z.union([z.boolean(), TypeSchema]).optional(),
    items: TypeSchema.optional(),
    enum: z.array(z.unknown()).optional(),
    const: z.unknown().optional(),
    default: z.unknown().optional(),
    description: z.string().optional(),
    examples: z.array(z.unknown()).optional(),
    minimum: z.number().optional(),
    maximum: z.number().optional(),
    exclusiveMinimum: z.number().optional(),
    exclusiveMaximum: z.number().optional(),
    minLength: Size.optional(),
    maxLength: Size.optional(),
    pattern: z.string().optional(),
    minItems: Size.optional(),
    maxItems: Size.optional(),
    format: z.enum(['date', 'date-time', 'uuid', 'email', 'uri']).optional(),
    oneOf: z.array(z.strictObject({ $ref: Ref })).optional(),
    discriminator: z.strictObject({ propertyName: z.string() }).optional(),
    $ref: Ref.optional(),
  }),
);

/** The names that a type refers to, also from its parts. */
export function namesIn(type: TypeSchema): string[] {
  const refs = [type.$ref, ...(type.oneOf ?? []).map(({ $ref }) => $ref)];
  const { items, additionalProperties: values } = type;
  const parts = [...Object.values(type.properties ?? {}), items, typeof values === 'object' ? values : undefined];
  return [
    ...refs.flatMap((ref) => (ref === undefined ? [] : [nameIn(ref)])),
    ...parts.flatMap((part) => (part === undefined ? [] : namesIn(part))),
  ];
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

/** The first reference that leads nowhere or back to itself. */
export function findBadReference(roots: readonly TypeSchema[], types: NamedTypes): string | undefined {
  const done = new Set<string>();
  const visit = (type: TypeSchema, above: readonly string[]): string | undefined => {
    for (const name of namesIn(type)) {
      const next = types[name];
      if (next === undefined || above.includes(name)) return name;
      if (done.has(name)) continue;
      const bad = visit(next, [...above, name]);
      if (bad !== undefined) return bad;
      done.add(name);
    }
    return undefined;
  };
  for (const root of [...Object.values(types), ...roots]) {
    const bad = visit(root, []);
    if (bad !== undefined) return bad;
  }
  return undefined;
}

function nameIn(ref: string): string {
  return ref.slice('#/types/'.length);
}
