import { nearestWord } from '../text/nearest-word.ts';
import { invalidPropertyReason, typeNamePattern } from './names.ts';
import { type Format, formatNames, type Json, type ObjectType, type Property, type Type } from './type.ts';

/**
 * The short form of an object's type, for flags and prompts:
 *
 *     text:string(1..200000) language?:en|fr=en lines:Line[] note?:string|null due?:date
 *
 * `?` is optional, `=` a default, `(1..9)` limits a length, a number or, behind `[]`, the number of items.
 */
export type ReadNotation =
  /** The schema, as the manifest has it. */
  | { readonly ok: true; readonly schema: Schema }
  /** What is wrong, with the field that has it. */
  | { readonly ok: false; readonly message: string; readonly hint?: string };

type Schema = { readonly [keyword: string]: Json };

const plainTypes = ['string', 'integer', 'number', 'boolean'] as const;
const words = [...plainTypes, 'object', ...formatNames];

class NotationError extends Error {
  readonly hint: string | undefined;

  constructor(message: string, hint?: string) {
    super(message);
    this.hint = hint;
  }
}

/** Reads fields that white space separates. Does not know which names of types exist. */
export function readNotation(text: string): ReadNotation {
  return explained(() => {
    const fields = splitFields(text).map(readField);
    const repeated = fields.find(({ name }, index) => fields.findIndex((other) => other.name === name) < index);
    if (repeated !== undefined) throw new NotationError(`${repeated.name} is there twice`, 'Remove one of the two.');
    const required = fields.filter(({ isRequired }) => isRequired).map(({ name }) => name);
    const properties = Object.fromEntries(fields.map(({ name, schema }) => [name, schema]));
    return { type: 'object', ...(required.length === 0 ? {} : { required }), properties };
  });
}

/** Reads the type of one field, without its name: `en|fr`, `Line[]`. */
export function readTypeNotation(text: string): ReadNotation {
  return explained(() => readTypeText(text, text));
}

function explained(read: () => Schema): ReadNotation {
  try {
    return { ok: true, schema: read() };
  } catch (error) {
    if (!(error instanceof NotationError)) throw error;
    return { ok: false, message: error.message, ...(error.hint === undefined ? {} : { hint: error.hint }) };
  }
}

/** At white space, but not in quotes. */
function splitFields(text: string): string[] {
  const fields = text.match(/(?:"(?:[^"\\]|\\.)*"|[^\s"])+/g) ?? [];
  if (fields.length === 0)
    throw new NotationError('there are no fields', 'For example: text:string language?:en|fr=en');
  return fields;
}

function readField(field: string): { name: string; isRequired: boolean; schema: Schema } {
  const match = /^([^:?=]+)(\?)?(?::([^=]*))?(?:=(.*))?$/s.exec(field);
  const [, name = '', optional, type, fallback] = match ?? [];
  if (match === null || type === undefined || type === '')
    throw new NotationError(`${field} has no type`, `Write ${name === '' ? 'name' : name}:string, for example.`);
  const reason = invalidPropertyReason(name);
  if (reason !== undefined) throw new NotationError(`the name ${name} ${reason}`);
  const schema = readTypeText(type, field);
  if (fallback === undefined) return { name, isRequired: optional === undefined, schema };
  return { name, isRequired: false, schema: { ...schema, default: readValue(fallback, schema) } };
}

function readTypeText(text: string, field: string): Schema {
  const list = /^(.*)\[\](?:\(([^()]*)\))?$/s.exec(text);
  if (list !== null) {
    const [, inner = '', range] = list;
    const items = readTypeText(/^\(.*\)$/s.test(inner) ? inner.slice(1, -1) : inner, field);
    return { type: 'array', items, ...(range === undefined ? {} : readRange(range, 'Items', field)) };
  }
  const options = text.split('|');
  const others = options.filter((option) => option !== 'null');
  const isNullable = others.length < options.length;
  if (others.length === 0 || others.includes(''))
    throw new NotationError(`${field}: ${text} is not a type`, typesHint());
  if (others.length > 1) return readEnum(others, isNullable);
  const one = readPlainType(others[0] as string, field);
  if (!isNullable) return one;
  if ('$ref' in one)
    throw new NotationError(`${field}: a named type cannot be combined with null`, 'Make the type itself nullable.');
  return { ...one, type: [one.type as string, 'null'] };
}

function readEnum(options: readonly string[], isNullable: boolean): Schema {
  const values = options.every((option) => /^-?\d+$/.test(option)) ? options.map(Number) : options;
  return { enum: isNullable ? [...values, null] : values };
}

function readPlainType(text: string, field: string): Schema {
  const [, name = '', range] = /^([^()]*)(?:\(([^()]*)\))?$/s.exec(text) ?? [];
  if (typeNamePattern.test(name) && range === undefined) return { $ref: `#/types/${name}` };
  if (name === 'object' && range === undefined) return { type: 'object', additionalProperties: true };
  if (formatNames.includes(name as Format) && range === undefined) return { type: 'string', format: name };
  if (name === 'boolean' && range === undefined) return { type: 'boolean' };
  if (name === 'string') return { type: 'string', ...(range === undefined ? {} : readRange(range, 'Length', field)) };
  if (name === 'integer' || name === 'number')
    return { type: name, ...(range === undefined ? {} : readRange(range, 'imum', field)) };
  const near = nearestWord(name, words);
  throw new NotationError(
    `${field}: ${text} is not a type`,
    near === undefined ? typesHint() : `Did you mean ${near}? ${typesHint()}`,
  );
}

function typesHint(): string {
  return `The types are ${words.join(', ')}, a name of a type, values like a|b, and each of them with [].`;
}

function readRange(text: string, suffix: 'Length' | 'Items' | 'imum', field: string): Schema {
  const match = /^(-?\d+(?:\.\d+)?)?\.\.(-?\d+(?:\.\d+)?)?$/.exec(text);
  const [, least, most] = match ?? [];
  if (match === null || (least === undefined && most === undefined))
    throw new NotationError(`${field}: (${text}) is not a range`, 'Write (1..20), (1..) or (..20).');
  return {
    ...(least === undefined ? {} : { [`min${suffix}`]: Number(least) }),
    ...(most === undefined ? {} : { [`max${suffix}`]: Number(most) }),
  };
}

const plainNouns: Readonly<Record<string, string>> = {
  integer: 'an integer',
  number: 'a number',
  boolean: 'true or false',
};

/** A string may be written without quotes where a string is expected. */
function readValue(text: string, schema: Schema): Json {
  const values = (schema.enum ?? []) as readonly Json[];
  const isText = schema.type === 'string' || (Array.isArray(schema.type) && schema.type[0] === 'string');
  const expectsText = isText || values.some((value) => typeof value === 'string') || '$ref' in schema;
  const acceptsNull = (Array.isArray(schema.type) && schema.type.includes('null')) || values.includes(null);
  if (expectsText && !(acceptsNull && text === 'null') && !/^["{[]/.test(text)) return text;
  try {
    return JSON.parse(text);
  } catch {
    const noun = plainNouns[String(Array.isArray(schema.type) ? schema.type[0] : schema.type)];
    throw noun === undefined
      ? new NotationError(`the default ${text} is not JSON`, 'Write strings in lists and objects in double quotes.')
      : new NotationError(`the default ${text} is not ${noun}`);
  }
}

/** The notation of an object's type, or `undefined` if it has something that the notation cannot express. */
export function printNotation(type: ObjectType): string | undefined {
  const fields = type.properties.map(printField);
  return fields.length === 0 || type.isNullable || fields.includes(undefined) ? undefined : fields.join(' ');
}

function printField(property: Property): string | undefined {
  const { name, isRequired, default: fallback, type } = property;
  const printed = printType(type);
  if (printed === undefined || type.description !== undefined || type.examples !== undefined) return undefined;
  return `${name}${isRequired ? '' : '?'}:${printed}${fallback === undefined ? '' : `=${printValue(fallback, type)}`}`;
}

function printType(type: Type): string | undefined {
  const orNull = (text: string): string => ('isNullable' in type && type.isNullable === true ? `${text}|null` : text);
  switch (type.kind) {
    case 'ref':
      return type.name;
    case 'boolean':
      return orNull('boolean');
    case 'map':
      return type.values === undefined ? orNull('object') : undefined;
    case 'enum': {
      // A single value would be the name of a type.
      const isWord =
        type.values.length > 1 &&
        type.values.every((value) => /^(?!null$)[A-Za-z_][\w.-]*$|^-?\d+$/.test(String(value)));
      // Strings of digits would be read as integers.
      const isClear = typeof type.values[0] === 'number' || !type.values.every((value) => /^-?\d/.test(String(value)));
      return isWord && isClear ? orNull(type.values.join('|')) : undefined;
    }
    case 'string': {
      if (type.pattern !== undefined) return undefined;
      const range = printRange(type.minLength, type.maxLength);
      if (type.format !== undefined) return range === '' ? orNull(type.format) : undefined;
      return orNull(`string${range}`);
    }
    case 'integer':
    case 'number': {
      if (type.exclusiveMinimum !== undefined || type.exclusiveMaximum !== undefined) return undefined;
      const range = printRange(type.minimum, type.maximum);
      return range.includes('e') ? undefined : orNull(`${type.kind}${range}`);
    }
    case 'array': {
      const items = printType(type.items);
      if (items === undefined || type.isNullable) return undefined;
      const isSimple = type.items.kind === 'array' || !/[|(]/.test(items);
      return `${isSimple ? items : `(${items})`}[]${printRange(type.minItems, type.maxItems)}`;
    }
    default:
      return undefined;
  }
}

function printRange(least: number | undefined, most: number | undefined): string {
  return least === undefined && most === undefined ? '' : `(${least ?? ''}..${most ?? ''})`;
}

function printValue(value: Json, type: Type): string {
  const isText = type.kind === 'string' || type.kind === 'enum';
  return typeof value === 'string' && isText && /^[A-Za-z_][\w.:@/-]*$/.test(value) && value !== 'null'
    ? value
    : JSON.stringify(value);
}
