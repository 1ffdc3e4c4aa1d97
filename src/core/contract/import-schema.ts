import { type Problem, problemAt } from '../diagnostic.ts';
import { nearestWord } from '../text/nearest-word.ts';
import { takenTypeNames, typeNamePattern } from './names.ts';
import { maxNesting, readTypes } from './read-type.ts';
import type { Json } from './type.ts';

type Schema = { readonly [keyword: string]: Json };

export interface ImportedSchema {
  /** The schema, and the types that it refers to, as a manifest has them. */
  readonly schema: Schema;
  readonly types: Schema;
  /** Keywords without a meaning for types, which were left out. */
  readonly dropped: readonly string[];
  /** What types do not support; paths begin with the name of the root or with `types`. */
  readonly problems: readonly Problem[];
}

/** Keywords that say nothing about which values fit. */
const ignored = new Set(
  '$schema $id $anchor $comment $defs definitions title deprecated readOnly writeOnly externalDocs xml'.split(' '),
);
const ignoredFormats = new Set(['int32', 'int64', 'float', 'double', 'password']);
const maxReferences = 200;

/**
 * Makes the schema of a manifest from JSON Schema or OpenAPI (3.0 or 3.1). `component` is the name of a schema in an
 * OpenAPI document. Changes only how the same is written: other keywords are problems.
 */
export function importSchema(document: unknown, root: string, component?: string): ImportedSchema {
  const importer = new Importer(document);
  const start = component === undefined ? document : importer.find(`#/components/schemas/${component}`);
  const isOpenApi = isObject(document) && ('openapi' in document || 'swagger' in document);
  if (!isObject(start) || (component === undefined && isOpenApi)) {
    const problem = component === undefined ? noSchema(isOpenApi) : noComponent(importer, component);
    return { schema: {}, types: {}, dropped: [], problems: [problemAt([root], ...problem)] };
  }
  const schema = importer.convert(start);
  const types = importer.types();
  const { problems } = readTypes(types, [{ name: 'Input', path: [root], schema }]);
  const missing = importer.missing.map((reference) => problemAt([root], `the file has no ${reference}`));
  return { schema, types, dropped: [...importer.dropped].sort(), problems: missing.length > 0 ? missing : problems };
}

function noSchema(isOpenApi: boolean): [message: string, hint: string] {
  return isOpenApi
    ? ['the file is an OpenAPI document', 'Name one of its schemas: openapi.json#Component.']
    : ['the file is not a schema', 'A schema is an object with a type, such as {"type": "object", "properties": {…}}.'];
}

function noComponent(importer: Importer, component: string): [message: string, hint: string] {
  const known = Object.keys(importer.find('#/components/schemas') ?? {});
  const near = nearestWord(component, known);
  const listed = known.length > 10 ? `${known.slice(0, 10).join(', ')}, …` : known.join(', ');
  const hint = listed === '' ? 'The file has no components.schemas.' : `Its schemas are ${listed}.`;
  return [
    `there is no schema ${component} in components.schemas`,
    near === undefined ? hint : `Did you mean ${near}? ${hint}`,
  ];
}

class Importer {
  readonly dropped = new Set<string>();
  readonly missing: string[] = [];
  readonly #document: unknown;
  /** Names of types, by reference. */
  readonly #names = new Map<string, string>();
  readonly #types = new Map<string, Schema>();
  #depth = 0;

  constructor(document: unknown) {
    this.#document = document;
  }

  types(): Schema {
    return Object.fromEntries(this.#types);
  }

  /** The value at a JSON Pointer. */
  find(reference: string): unknown {
    if (!reference.startsWith('#/')) return undefined;
    const keys = reference
      .slice(2)
      .split('/')
      .map((key) => decode(key).replaceAll('~1', '/').replaceAll('~0', '~'));
    return keys.reduce<unknown>(
      (at, key) => (isObject(at) && Object.hasOwn(at, key) ? at[key] : undefined),
      this.#document,
    );
  }

  convert(given: Json): Schema {
    // A schema that is not converted is a problem for `readTypes`, too.
    if (!isObject(given) || this.#depth > maxNesting) return given as unknown as Schema;
    this.#depth += 1;
    const converted = this.#keywords(given);
    this.#depth -= 1;
    return converted;
  }

  #keywords(given: Schema): Schema {
    const schema = withoutWrapper(given);
    const converted: Record<string, Json> = {};
    for (const [keyword, value] of Object.entries(schema)) this.#keyword(keyword, value, schema, converted);
    const isNullable = schema.nullable === true && typeof converted.type === 'string';
    if (isNullable) converted.type = [converted.type as string, 'null'];
    if (isNullable && Array.isArray(converted.enum) && !converted.enum.includes(null))
      converted.enum = [...converted.enum, null];
    return converted;
  }

  #keyword(keyword: string, value: Json, schema: Schema, converted: Record<string, Json>): void {
    const isIgnoredFormat = keyword === 'format' && ignoredFormats.has(String(value));
    if (ignored.has(keyword) || keyword.startsWith('x-') || isIgnoredFormat) this.dropped.add(keyword);
    else if (keyword === 'nullable') return;
    else if (keyword === '$ref') converted.$ref = this.#reference(String(value));
    else if (keyword === 'example') converted.examples = [value];
    else if (keyword === 'enum' && Array.isArray(value) && value.length === 1) converted.const = value[0] ?? null;
    else if (keyword === 'properties' && isObject(value)) converted.properties = this.#each(value);
    else if (keyword === 'oneOf' && Array.isArray(value)) converted.oneOf = value.map((one) => this.convert(one));
    else if (keyword === 'discriminator' && isObject(value))
      converted.discriminator = { propertyName: value.propertyName ?? null };
    else if (keyword === 'items' || (keyword === 'additionalProperties' && isObject(value)))
      converted[keyword] = this.convert(value);
    // OpenAPI 3.0: a flag that belongs to the limit.
    else if (/^(?:minimum|maximum)$/.test(keyword) && schema[exclusive(keyword)] === true)
      converted[exclusive(keyword)] = value;
    else if (/^exclusiveM/.test(keyword) && typeof value === 'boolean') return;
    else if (keyword === 'required' && Array.isArray(value) && value.length === 0) return;
    else converted[keyword] = value;
  }

  #each(properties: Schema): Schema {
    return Object.fromEntries(Object.entries(properties).map(([name, schema]) => [name, this.convert(schema)]));
  }

  /** Adds the type that is referred to. `readTypes` reports a type that contains itself. */
  #reference(reference: string): string {
    const known = this.#names.get(reference);
    if (known !== undefined) return `#/types/${known}`;
    const target = this.find(reference);
    if (!isObject(target) || this.#names.size >= maxReferences) {
      this.missing.push(reference);
      return reference;
    }
    const name = this.#freeName(decode(reference.split('/').at(-1) ?? ''));
    this.#names.set(reference, name);
    // Keeps the order in which types are referred to.
    this.#types.set(name, {});
    this.#types.set(name, this.convert(target));
    return `#/types/${name}`;
  }

  #freeName(wanted: string): string {
    const words = wanted.split(/[^A-Za-z0-9]+/).map((word) => word.charAt(0).toUpperCase() + word.slice(1));
    const plain = words.join('').slice(0, 60);
    const name = typeNamePattern.test(plain) ? plain : `Type${plain}`;
    let free = name;
    for (let number = 2; takenTypeNames.has(free) || this.#types.has(free); number += 1) free = `${name}${number}`;
    return free;
  }
}

/** `anyOf` with null, and `allOf` with one schema, as the schema itself. */
function withoutWrapper(schema: Schema): Schema {
  for (const keyword of ['anyOf', 'oneOf', 'allOf']) {
    const { [keyword]: options, ...rest } = schema;
    if (!Array.isArray(options) || 'type' in rest) continue;
    const others = options.filter((option) => !(isObject(option) && option.type === 'null'));
    const [only] = others;
    if (others.length !== 1 || !isObject(only)) continue;
    if (others.length === options.length) return keyword === 'oneOf' ? schema : { ...only, ...rest };
    if (keyword !== 'allOf' && typeof only.type === 'string') return { ...only, ...rest, nullable: true };
  }
  return schema;
}

function exclusive(keyword: string): string {
  return keyword === 'minimum' ? 'exclusiveMinimum' : 'exclusiveMaximum';
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function isObject(value: unknown): value is Schema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
