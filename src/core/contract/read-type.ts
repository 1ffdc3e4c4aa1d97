import { type Problem, problemAt } from '../diagnostic.ts';
import { oneLine } from '../text/literals.ts';
import { nearestWord } from '../text/nearest-word.ts';
import { checkReferences, checkValues, type PathOf, showPath } from './check-types.ts';
import { invalidPropertyReason, takenTypeNames, typeNamePattern } from './names.ts';
import { parsePattern } from './pattern/parse-pattern.ts';
import { printPattern } from './pattern/pattern.ts';
import { type Format, formatNames, type Json, type Property, type Type, type Types } from './type.ts';

/** A schema that stands for itself, such as `input`, with the name of its type in code. */
export interface Root {
  readonly name: string;
  readonly schema: unknown;
  readonly path: Problem['path'];
  /** Whether objects without `additionalProperties` may have other properties: true for payloads of events. */
  readonly isOpen?: boolean;
}

export interface ReadTypes {
  /** The declared types and the roots, in this order. Incomplete if there are problems. */
  readonly types: Types;
  readonly problems: readonly Problem[];
}

export const maxTypes = 200;
export const maxNesting = 20;
const maxProperties = 200;
const maxValues = 200;
const maxProblems = 50;
/** Samples have as many characters or items as they must. */
const maxLeast = 1_000;

const annotations = ['description', 'examples', 'default'];
const keywordsOf = {
  object: ['properties', 'required', 'additionalProperties'],
  array: ['items', 'minItems', 'maxItems'],
  string: ['minLength', 'maxLength', 'pattern', 'format'],
  integer: ['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum'],
  number: ['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum'],
  boolean: [],
  null: [],
} as const satisfies Readonly<Record<string, readonly string[]>>;
type TypeName = keyof typeof keywordsOf;
export const typeNames = Object.keys(keywordsOf) as TypeName[];

/** Every keyword that a schema may have. */
export const supportedKeywords: readonly string[] = [
  'type',
  ...new Set(Object.values(keywordsOf).flat()),
  'enum',
  'const',
  '$ref',
  'oneOf',
  'discriminator',
  ...annotations,
];

type Schema = Readonly<Record<string, unknown>>;
type Path = Problem['path'];

/** Reads the value of `types` and the other schemas of a manifest. Never throws. */
export function readTypes(declared: unknown, roots: readonly Root[]): ReadTypes {
  const reader = new TypeReader(isSchema(declared) ? Object.keys(declared) : []);
  const types = new Map<string, Type>();
  if (declared !== undefined && !isSchema(declared)) {
    reader.add(
      ['types'],
      'types must be an object: a schema for each name',
      'Write the name of each type, then its schema.',
    );
  } else if (declared !== undefined && Object.keys(declared).length > maxTypes) {
    reader.add(['types'], `types has ${Object.keys(declared).length} types: at most ${maxTypes}`);
  } else {
    for (const [name, schema] of Object.entries(declared ?? {})) {
      reader.checkTypeName(name);
      const type = reader.read(schema, ['types', name], { isOpen: false, depth: 0 });
      if (type !== undefined) types.set(name, type);
    }
  }
  const areDeclaredValid = reader.problems.length === 0;
  for (const { name, schema, path, isOpen = false } of roots) {
    const written = isOpen && areDeclaredValid && isSchema(declared) ? objectBehind(schema, declared) : schema;
    const type = reader.read(written, path, { isOpen, depth: 0 });
    if (type !== undefined) types.set(name, type);
  }
  const pathOf: PathOf = (name) => roots.find((root) => root.name === name)?.path ?? ['types', name];
  if (reader.problems.length === 0)
    checkReferences(
      reader,
      types,
      roots.map(({ name }) => name),
      pathOf,
    );
  if (reader.problems.length === 0) checkValues(reader, types, pathOf);
  return { types, problems: reader.problems };
}

/** A reference to an object is read as if the object were written there: open, although the declared type is closed. */
function objectBehind(schema: unknown, declared: Schema): unknown {
  const seen = new Set<string>();
  let found = schema;
  for (let name = referredBy(found); name !== undefined && !seen.has(name); name = referredBy(found)) {
    seen.add(name);
    const { $ref, ...about } = found as Schema;
    const next = declared[name];
    found = isSchema(next) ? { ...next, ...about } : undefined;
  }
  return isSchema(found) && 'properties' in found ? found : schema;
}

/** The name of the type that a schema refers to. */
export function referredBy(schema: unknown): string | undefined {
  const ref = isSchema(schema) ? schema.$ref : undefined;
  return typeof ref === 'string' ? /^#\/types\/([^/]+)$/.exec(ref)?.[1] : undefined;
}

function isSchema(value: unknown): value is Schema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

interface Place {
  readonly isOpen: boolean;
  readonly depth: number;
  /** A default is allowed only for a property. */
  readonly isProperty?: boolean;
}

class TypeReader {
  readonly problems: Problem[] = [];
  readonly #names: readonly string[];

  constructor(names: readonly string[]) {
    this.#names = names;
  }

  add(path: Path, message: string, hint?: string): undefined {
    if (this.problems.length < maxProblems) this.problems.push(problemAt(path, message, hint));
    return undefined;
  }

  checkTypeName(name: string): void {
    const path = ['types', name];
    if (!typeNamePattern.test(name)) {
      this.problems.push({
        path,
        at: 'key',
        message: `the type name ${JSON.stringify(name)} must be PascalCase: a capital, then at most 63 letters and digits`,
      });
    } else if (takenTypeNames.has(name)) {
      const message = `the type name ${name} is reserved: generated code uses it, or a language does`;
      this.problems.push({ path, at: 'key', message, hint: `Choose another name, like ${name}Value.` });
    }
  }

  read(schema: unknown, path: Path, place: Place): Type | undefined {
    if (!isSchema(schema)) return this.add(path, `${showPath(path)} must be a schema`, 'For example: { type: string }');
    if (place.depth > maxNesting)
      return this.add(
        path,
        `${showPath(path.slice(0, 6))}… is nested more than ${maxNesting} levels deep`,
        'Declare inner types under types, and refer to them.',
      );
    if (!this.#knows(schema, path, place)) return undefined;
    const about = this.#annotations(schema, path);
    if ('$ref' in schema) return this.#ref(schema, path, about);
    if ('oneOf' in schema || 'discriminator' in schema) return this.#union(schema, path, about);
    if ('const' in schema) return this.#const(schema, path, about);
    if ('enum' in schema) return this.#enum(schema, path, about);
    const named = this.#typeOf(schema, path);
    return named === undefined ? undefined : this.#plain(named, schema, path, place, about);
  }

  /** Whether every keyword is supported, and has a meaning beside the others. */
  #knows(schema: Schema, path: Path, place: Place): boolean {
    const before = this.problems.length;
    const type = schema.type;
    const kind = Array.isArray(type) ? type.find((one) => one !== 'null') : type;
    const has = (keyword: string): boolean => keyword in schema;
    const [subject, allowed] = has('$ref')
      ? (['$ref', ['$ref']] as const)
      : has('oneOf') || has('discriminator')
        ? (['oneOf', ['oneOf', 'discriminator']] as const)
        : has('const')
          ? (['const', ['const', 'type']] as const)
          : has('enum')
            ? (['enum', ['enum', 'type']] as const)
            : ([`type ${kind}`, ['type', ...(keywordsOf[kind as TypeName] ?? supportedKeywords)]] as const);
    for (const keyword of Object.keys(schema)) {
      const at = [...path, keyword];
      if (!supportedKeywords.includes(keyword)) {
        const near = nearestWord(keyword, supportedKeywords);
        const supported = `Supported: ${supportedKeywords.join(', ')}.`;
        const hint = near === undefined ? supported : `Did you mean ${near}?`;
        this.problems.push({
          path: at,
          at: 'key',
          message: `${showPath(path)} has the keyword ${JSON.stringify(keyword)}, which types do not support`,
          hint,
        });
      } else if (keyword === 'default' && place.isProperty !== true) {
        this.problems.push({
          path: at,
          at: 'key',
          message: `${showPath(at)} has no effect: only properties have defaults`,
          hint: 'Remove default.',
        });
      } else if (!annotations.includes(keyword) && !(allowed as readonly string[]).includes(keyword)) {
        this.problems.push({
          path: at,
          at: 'key',
          message: `${showPath(at)} does not go with ${subject}`,
          hint: `Remove ${keyword}.`,
        });
      }
      if (this.problems.length >= maxProblems) return false;
    }
    return this.problems.length === before;
  }

  #annotations(schema: Schema, path: Path): { description?: string; examples?: readonly Json[] } {
    const { description, examples } = schema;
    if (
      description !== undefined &&
      (typeof description !== 'string' || oneLine(description) === '' || description.length > 1_000)
    )
      this.add(
        [...path, 'description'],
        `${showPath([...path, 'description'])} must be a text of 1 to 1000 characters`,
      );
    if (examples !== undefined && (!Array.isArray(examples) || examples.length === 0 || examples.length > maxValues))
      this.add([...path, 'examples'], `${showPath([...path, 'examples'])} must be a list of 1 to ${maxValues} values`);
    return {
      ...(typeof description === 'string' ? { description } : {}),
      ...(Array.isArray(examples) ? { examples } : {}),
    };
  }

  #typeOf(schema: Schema, path: Path): { name: TypeName; isNullable: boolean } | undefined {
    const { type } = schema;
    const at = [...path, 'type'];
    if (type === undefined)
      return this.add(path, `${showPath(path)} has no type`, `Add type: ${typeNames.join(', ')}.`);
    const names: readonly unknown[] = Array.isArray(type) ? type : [type];
    const wrong = names.find((name) => !typeNames.includes(name as TypeName));
    if (wrong !== undefined) {
      const near = nearestWord(String(wrong), typeNames);
      const known = `The types are ${typeNames.join(', ')}.`;
      return this.add(
        at,
        `${showPath(at)}: ${JSON.stringify(wrong)} is not a type`,
        near === undefined ? known : `Did you mean ${near}? ${known}`,
      );
    }
    const rest = names.filter((name) => name !== 'null');
    const isPair = names.length === 2 && rest.length === 1;
    if (!isPair && !(names.length === 1))
      return this.add(
        at,
        `${showPath(at)} must be one type, or one type and "null"`,
        'Use oneOf for several kinds of objects.',
      );
    return { name: (rest[0] ?? 'null') as TypeName, isNullable: isPair };
  }

  #ref(schema: Schema, path: Path, about: object): Type | undefined {
    const at = [...path, '$ref'];
    const name = referredBy(schema);
    if (name === undefined)
      return this.add(
        at,
        `${showPath(at)} must be "#/types/Name", the name of a type of this manifest`,
        'Declare the type under types.',
      );
    if (!this.#names.includes(name)) {
      const near = nearestWord(name, this.#names);
      return this.add(
        at,
        `${showPath(at)}: there is no type ${name}`,
        near === undefined ? 'Declare it under types.' : `Did you mean #/types/${near}?`,
      );
    }
    return { kind: 'ref', name, ...about };
  }

  #union(schema: Schema, path: Path, about: object): Type | undefined {
    const { oneOf, discriminator } = schema;
    const example =
      'oneOf: [{ $ref: "#/types/Circle" }, { $ref: "#/types/Square" }], discriminator: { propertyName: kind }';
    const property =
      isSchema(discriminator) && Object.keys(discriminator).length === 1 ? discriminator.propertyName : undefined;
    if (typeof property !== 'string')
      return this.add(
        [...path, 'discriminator'],
        `${showPath(path)} needs a discriminator with a propertyName, and nothing else`,
        example,
      );
    if (!Array.isArray(oneOf) || oneOf.length < 2 || oneOf.length > maxValues)
      return this.add(
        [...path, 'oneOf'],
        `${showPath([...path, 'oneOf'])} must be a list of 2 to ${maxValues} types`,
        example,
      );
    const branches = oneOf.map((branch: unknown, index) => {
      const at = [...path, 'oneOf', index];
      if (!isSchema(branch) || Object.keys(branch).join() !== '$ref')
        return this.add(at, `${showPath(at)} must be a reference, and nothing else`, example);
      return this.#ref(branch, at, {});
    });
    const names = branches.flatMap((branch) => (branch?.kind === 'ref' ? [branch.name] : []));
    return names.length < oneOf.length
      ? undefined
      : { kind: 'union', discriminator: property, branches: names, ...about };
  }

  #const(schema: Schema, path: Path, about: object): Type | undefined {
    const at = [...path, 'const'];
    const { const: value, type } = schema;
    const name = constantType(value);
    if (name === undefined) return this.add(at, `${showPath(at)} must be a string, an integer, true, false or null`);
    if (type !== undefined && type !== name)
      return this.add(
        [...path, 'type'],
        `${showPath(at)} is not of type ${JSON.stringify(type)}`,
        `Write type: ${name}.`,
      );
    if (value === null) return { kind: 'null', ...about };
    return { kind: 'const', value: value as string | number | boolean, isNullable: false, ...about };
  }

  #enum(schema: Schema, path: Path, about: object): Type | undefined {
    const at = [...path, 'enum'];
    const { enum: given, type } = schema;
    const values: readonly unknown[] = Array.isArray(given) ? given.filter((value) => value !== null) : [];
    if (!Array.isArray(given) || values.length === 0 || given.length > maxValues)
      return this.add(at, `${showPath(at)} must be a list of 1 to ${maxValues} values`);
    const name = constantType(values[0]);
    const isMixed = values.some((value) => constantType(value) !== name);
    if (isMixed || (name !== 'string' && name !== 'integer'))
      return this.add(
        at,
        `${showPath(at)} must have only strings or only integers, and null`,
        'Quote the values to make them strings.',
      );
    if (new Set(given).size !== given.length)
      return this.add(at, `${showPath(at)} has a value twice`, 'Remove one of the two.');
    const isNullable = values.length < given.length;
    const expected = isNullable ? [name, 'null'] : name;
    const isSame = Array.isArray(type)
      ? isNullable && type.length === 2 && type.includes(name) && type.includes('null')
      : type === expected;
    if (type !== undefined && !isSame)
      return this.add(
        [...path, 'type'],
        `${showPath([...path, 'type'])} does not fit the values of enum`,
        `Write type: ${JSON.stringify(expected)}${isNullable ? '' : ', or add null to enum'}.`,
      );
    return { kind: 'enum', values: values as string[] | number[], isNullable, ...about };
  }

  #plain(
    { name, isNullable }: { name: TypeName; isNullable: boolean },
    schema: Schema,
    path: Path,
    place: Place,
    about: object,
  ): Type | undefined {
    switch (name) {
      case 'null':
        return { kind: 'null', ...about };
      case 'boolean':
        return { kind: 'boolean', isNullable, ...about };
      case 'string':
        return { kind: 'string', isNullable, ...about, ...this.#textLimits(schema, path) };
      case 'integer':
      case 'number':
        return { kind: name, isNullable, ...about, ...this.#numberLimits(name, schema, path) };
      case 'array': {
        const limits = this.#counts(schema, path, 'minItems', 'maxItems');
        if (schema.items === undefined)
          return this.add(path, `${showPath(path)} has no items`, 'Add items: the type of each item.');
        const items = this.read(schema.items, [...path, 'items'], { isOpen: place.isOpen, depth: place.depth + 1 });
        return items === undefined ? undefined : { kind: 'array', items, isNullable, ...about, ...limits };
      }
      case 'object':
        return this.#object(isNullable, schema, path, place, about);
    }
  }

  #textLimits(schema: Schema, path: Path): object {
    const { pattern, format } = schema;
    const limits = this.#counts(schema, path, 'minLength', 'maxLength');
    if (format !== undefined && !formatNames.includes(format as Format)) {
      const near = nearestWord(String(format), formatNames);
      const at = [...path, 'format'];
      this.add(
        at,
        `${showPath(at)}: ${JSON.stringify(format)} is not supported`,
        `${near === undefined ? '' : `Did you mean ${near}? `}The formats are ${formatNames.join(', ')}.`,
      );
    }
    return { ...limits, ...this.#pattern(pattern, [...path, 'pattern']), ...(format === undefined ? {} : { format }) };
  }

  #pattern(pattern: unknown, at: Path): { pattern?: string } {
    if (pattern === undefined) return {};
    const parsed =
      typeof pattern === 'string' ? parsePattern(pattern) : { ok: false as const, reason: 'must be a string' };
    if (parsed.ok) return { pattern: printPattern(parsed.pattern) };
    this.add(
      at,
      `${showPath(at)} ${parsed.reason}`,
      'A pattern must mean the same in JavaScript and Python: characters, classes, groups, |, *, +, ?, {1,9}, ^ and $.',
    );
    return {};
  }

  #counts(schema: Schema, path: Path, least: string, most: string): object {
    return this.#limits(
      schema,
      path,
      [least, most],
      (value) => Number.isSafeInteger(value) && value >= 0,
      'an integer from 0',
    );
  }

  #numberLimits(name: 'integer' | 'number', schema: Schema, path: Path): object {
    for (const side of ['Minimum', 'Maximum']) {
      const plain = side.toLowerCase();
      const exclusive = `exclusive${side}`;
      if (plain in schema && exclusive in schema)
        this.add([...path, exclusive], `${showPath(path)} has ${plain} and ${exclusive}`, 'Remove one of the two.');
    }
    const isGood = name === 'integer' ? Number.isSafeInteger : Number.isFinite;
    const noun = name === 'integer' ? 'an integer within ±(2^53 - 1)' : 'a number';
    const limits = this.#limits(schema, path, keywordsOf.number, isGood, noun);
    const { minimum: least, maximum: most, exclusiveMinimum: above, exclusiveMaximum: below } = limits;
    const [low = Number.NEGATIVE_INFINITY, high = Number.POSITIVE_INFINITY] =
      name === 'integer'
        ? [
            least ?? (above === undefined ? undefined : above + 1),
            most ?? (below === undefined ? undefined : below - 1),
          ]
        : [least ?? above, most ?? below];
    const isStrict = name === 'number' && (above !== undefined || below !== undefined);
    if (low > high || (isStrict && low === high))
      this.add(path, `${showPath(path)} allows no value: its limits exclude each other`);
    return limits;
  }

  #limits(
    schema: Schema,
    path: Path,
    keywords: readonly string[],
    isGood: (value: number) => boolean,
    noun: string,
  ): Readonly<Record<string, number>> {
    const limits: Record<string, number> = {};
    for (const keyword of keywords) {
      const value = schema[keyword];
      if (value === undefined) continue;
      const at = [...path, keyword];
      if (typeof value === 'number' && isGood(value)) limits[keyword] = value;
      else this.add(at, `${showPath(at)} must be ${noun}`);
    }
    const [least, most] = keywords.length === 2 ? keywords.map((keyword) => limits[keyword]) : [];
    if (least !== undefined && keywords.length === 2 && least > maxLeast)
      this.add([...path, keywords[0] ?? ''], `${showPath([...path, keywords[0] ?? ''])} must be at most ${maxLeast}`);
    if (least !== undefined && most !== undefined && least > most)
      this.add(path, `${showPath(path)} allows no value: ${keywords[0]} is greater than ${keywords[1]}`);
    return limits;
  }

  #object(isNullable: boolean, schema: Schema, path: Path, place: Place, about: object): Type | undefined {
    const { properties, required, additionalProperties: additional } = schema;
    const inner = { isOpen: place.isOpen, depth: place.depth + 1 };
    if (
      properties === undefined ||
      (isSchema(properties) && Object.keys(properties).length === 0 && isSchema(additional))
    )
      return this.#map(isNullable, schema, path, place, about);
    if (!isSchema(properties) || Object.keys(properties).length > maxProperties)
      return this.add(
        [...path, 'properties'],
        `${showPath([...path, 'properties'])} must be an object with at most ${maxProperties} schemas`,
      );
    if (isSchema(additional))
      return this.add(
        [...path, 'additionalProperties'],
        `${showPath(path)} has properties and a schema for others, which types do not support`,
        'Put the other keys into an object of their own, as one property.',
      );
    if (additional !== undefined && typeof additional !== 'boolean')
      return this.add(
        [...path, 'additionalProperties'],
        `${showPath([...path, 'additionalProperties'])} must be true, false or a schema`,
      );
    const names = this.#required(required, Object.keys(properties), [...path, 'required']);
    const read: Property[] = [];
    for (const [name, value] of Object.entries(properties)) {
      const at = [...path, 'properties', name];
      const reason = invalidPropertyReason(name);
      if (reason !== undefined)
        this.problems.push({ path: at, at: 'key', message: `the property name ${JSON.stringify(name)} ${reason}` });
      const type = this.read(value, at, { ...inner, isProperty: true });
      if (type === undefined) continue;
      const fallback = (value as Schema).default;
      if (fallback !== undefined && names.has(name))
        this.add(
          [...at, 'default'],
          `${showPath(at)} has a default and is required`,
          'Remove it from required, or remove the default.',
        );
      read.push({
        name,
        type,
        isRequired: names.has(name),
        ...(fallback === undefined ? {} : { default: fallback as Json }),
      });
    }
    return { kind: 'object', properties: read, isOpen: additional ?? place.isOpen, isNullable, ...about } as Type;
  }

  #map(isNullable: boolean, schema: Schema, path: Path, place: Place, about: object): Type | undefined {
    const { required, additionalProperties: additional = place.isOpen } = schema;
    if (required !== undefined)
      return this.add([...path, 'required'], `${showPath(path)} has required, but no properties`);
    if (additional === false)
      return this.add(
        path,
        `${showPath(path)} has no properties, so it allows only {}`,
        'Add properties, or additionalProperties: true for any object.',
      );
    if (additional === true) return { kind: 'map', isNullable, ...about };
    const values = this.read(additional, [...path, 'additionalProperties'], {
      isOpen: place.isOpen,
      depth: place.depth + 1,
    });
    return values === undefined ? undefined : { kind: 'map', values, isNullable, ...about };
  }

  #required(required: unknown, known: readonly string[], at: Path): Set<string> {
    if (required === undefined) return new Set();
    if (!Array.isArray(required) || !required.every((name) => typeof name === 'string')) {
      this.add(at, `${showPath(at)} must be a list of property names`);
      return new Set();
    }
    required.forEach((name: string, index) => {
      const place = [...at, index];
      if (required.indexOf(name) !== index)
        this.add(place, `${showPath(place)} repeats ${JSON.stringify(name)}`, 'Remove one of the two.');
      if (known.includes(name)) return;
      const near = nearestWord(name, known);
      this.add(
        place,
        `${showPath(place)}: there is no property ${JSON.stringify(name)}`,
        near === undefined ? 'Add it to properties.' : `Did you mean ${near}?`,
      );
    });
    return new Set(required);
  }
}

function constantType(value: unknown): 'string' | 'integer' | 'boolean' | 'null' | undefined {
  if (value === null) return 'null';
  if (typeof value === 'boolean' || typeof value === 'string') return typeof value as 'boolean' | 'string';
  return Number.isSafeInteger(value) ? 'integer' : undefined;
}
