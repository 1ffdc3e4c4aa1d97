import { typeNamePattern } from '../contract/names.ts';
import { printNotation, type ReadNotation, readNotation, readTypeNotation } from '../contract/notation.ts';
import { readTypes } from '../contract/read-type.ts';
import { readYaml, YamlError } from '../yaml/fast.ts';
import { printFlow } from '../yaml/print.ts';
import { isMapping, isSame } from '../yaml/same.ts';

/** A schema as a manifest has it. */
export type Schema = Readonly<Record<string, unknown>>;

/** The answer for `input`, `options` or `output`. */
export interface TypeAnswer {
  readonly schema: Schema;
  /** The types that an imported schema refers to. */
  readonly types?: Readonly<Record<string, Schema>>;
  /** The file that it was imported from, as it was given. */
  readonly from?: string;
}

/**
 * An object: fields (`text:string language?:en|fr=en`), the name of a type, or `{…}`, a JSON Schema as YAML. Returns why
 * the text is invalid, as a sentence without its full stop.
 */
export async function readObjectAnswer(text: string): Promise<Schema | string> {
  return isSchemaText(text) ? readSchema(text) : schemaOrReason(readFields(text));
}

/** Any type: the same, or the type of one field, such as `en|fr`. */
export async function readTypeAnswer(text: string): Promise<Schema | string> {
  const isField = !isSchemaText(text) && /^[^\s:?]+$/.test(text.trim());
  return isField ? schemaOrReason(readTypeNotation(text.trim())) : readObjectAnswer(text);
}

function readFields(text: string): ReadNotation {
  return typeNamePattern.test(text.trim()) ? readTypeNotation(text.trim()) : readNotation(text);
}

function isSchemaText(text: string): boolean {
  return /^\s*\{/.test(text);
}

/** `Line=text:string amount:number` → name and schema, or the reason. */
export async function readNamedType(text: string): Promise<readonly [name: string, schema: Schema] | string> {
  const [, name = '', rest = ''] = /^([^=\s:?{]*)=(.*)$/s.exec(text) ?? [];
  const reason = typeNameReason(name);
  if (reason !== undefined) return reason;
  const schema = await readTypeAnswer(rest);
  return typeof schema === 'string' ? schema : [name, schema];
}

/** Why a text is not the name of a type. */
export function typeNameReason(name: string): string | undefined {
  if (typeNamePattern.test(name)) return undefined;
  return `must begin with the name of the type in PascalCase, like 'Line=text:string amount:number'`;
}

async function readSchema(text: string): Promise<Schema | string> {
  const example = 'an example is {type: object, properties: {text: {type: string}}}';
  try {
    const value = await readYaml(text);
    return isMapping(value) ? value : `is not a schema; ${example}`;
  } catch (error) {
    if (!(error instanceof YamlError)) throw error;
    return `is not valid YAML: ${error.message}; ${example}`;
  }
}

function schemaOrReason(read: ReadNotation): Schema | string {
  return read.ok ? read.schema : [read.message, read.hint?.replace(/\.$/, '')].filter(Boolean).join('. ');
}

/** The shortest text that `readObjectAnswer` reads as this schema. */
export function printTypeAnswer(schema: Schema): string {
  const name = /^\{"\$ref":"#\/types\/(\w+)"\}$/.exec(JSON.stringify(schema))?.[1];
  const notation = name ?? printFields(schema);
  const read = notation === undefined ? undefined : readFields(notation);
  return notation !== undefined && read?.ok && isSame(read.schema, schema) ? notation : printFlow(schema);
}

function printFields(schema: Schema): string | undefined {
  const names = JSON.stringify(schema).match(/(?<="\$ref":"#\/types\/)\w+(?=")/g) ?? [];
  const known = Object.fromEntries(names.map((name) => [name, { type: 'object', additionalProperties: true }]));
  const type = readTypes(known, [{ name: 'Input', path: [], schema }]).types.get('Input');
  return type?.kind === 'object' ? printNotation(type) : undefined;
}
