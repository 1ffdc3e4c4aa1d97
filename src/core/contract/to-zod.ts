import {
  bracketed,
  broken,
  brokenGroup,
  choice,
  type Doc,
  fill,
  group,
  hardLine,
  ifBroken,
  indent,
  join,
  keptGroup,
  line,
  lineWidth,
  printDoc,
  softLine,
  widthOf,
} from '../text/layout.ts';
import { jsdocComment, oneLine, tsLiteral } from '../text/literals.ts';
import { camelCase } from '../text/names.ts';
import { declarationsOf } from './declarations.ts';
import {
  type ArrayType,
  type Json,
  type NumberType,
  type ObjectType,
  type Property,
  partsOf,
  type StringType,
  type Type,
  type Types,
  type UnionType,
} from './type.ts';

/** What `schemas` has beside the types of the manifest. */
export interface Beside {
  /** Names of types that the manifest does not declare: they are any JSON object. */
  readonly untyped: readonly ModuleType[];
  readonly samples: readonly Sample[];
  /** Of the types, see `fingerprintOf`. */
  readonly fingerprint?: string | undefined;
}

export const aboutFingerprint = 'Identifies the types in manifest.yaml that this file was generated from.';

export type ModuleType = 'Input' | 'Options' | 'Output';

/** A value that fits a type. */
export interface Sample {
  /** In snake_case. */
  readonly name: string;
  /** The name of its type. */
  readonly of: string;
  readonly value: Json;
}

const nothing: Beside = { untyped: [], samples: [] };

/** The types of the runtime that stand for types that the manifest does not declare. */
export function runtimeType(name: ModuleType): 'InputData' | 'JsonObject' {
  return name === 'Input' ? 'InputData' : 'JsonObject';
}

/** The text of `schemas.ts`: a zod schema and a type for each type, as Biome formats it. */
export function toZod(types: Types, { untyped, samples, fingerprint }: Beside = nothing): string {
  const blocks: Doc[] = [...declarationsOf(types)].map(([name, type]) => declaration(name, type));
  if (untyped.length > 0) {
    const names = untyped.map((name) => `${runtimeType(name)} as ${name}`).join(', ');
    blocks.unshift(['/** Any JSON object: manifest.yaml declares no type. */', hardLine, `export { ${names} };`]);
  }
  for (const { name, of, value } of samples) {
    const type = untyped.find((one) => one === of);
    const comment = `/** A value that fits ${of}. */`;
    const start = `export const ${camelCase(name)}: ${type === undefined ? of : runtimeType(type)} =`;
    const { doc } = literal(value);
    const isBehind = widthOf(`${start} {`) <= lineWidth;
    blocks.push([comment, hardLine, start, isBehind ? [' ', doc] : indent([hardLine, doc]), ';']);
  }
  if (fingerprint !== undefined)
    blocks.push([`/** ${aboutFingerprint} */`, hardLine, `export const fingerprint = '${fingerprint}';`]);
  const body = printDoc(join([hardLine, hardLine], blocks), 2);
  const helpers = (['integer', 'text'] as const).filter((name) =>
    [...types.values()].some((type) => needs(type, name)),
  );
  const names = [...new Set([...untyped.map(runtimeType), ...helpers, ...(types.size > 0 ? ['z'] : [])])];
  const imported = names.sort((a, b) => (a.toLowerCase() < b.toLowerCase() ? -1 : 1)).join(', ');
  return `${comment}\nimport { ${imported} } from ${tsLiteral('ai-module-runtime')};\n\n${body}\n`;
}

const comment = '// Generated from the types in manifest.yaml: change them there, then run create-ai-module update.';

function needs(type: Type, helper: 'integer' | 'text'): boolean {
  const isItself = helper === 'integer' ? type.kind === 'integer' : type.kind === 'string' && limitsOf(type).length > 0;
  return isItself || partsOf(type).some((part) => needs(part, helper));
}

function declaration(name: string, type: Type): Doc {
  const about = type.description === undefined ? [] : [jsdocComment(type.description, 0), hardLine];
  const value = schemaOf(type);
  return [
    ...about,
    `export const ${name}`,
    assigned(' =', value, name.length),
    ';',
    hardLine,
    `export type ${name} = z.output`,
    group(['<', indent([softLine, `typeof ${name}`]), softLine, '>']),
    ';',
  ];
}

/** Code with what Biome asks about it before it lays it out. */
interface Code {
  readonly doc: Doc;
  /** Moves to the next line as a whole if it does not fit behind its name. */
  readonly isUnbreakable: boolean;
  /** An argument that does not make a call worth breaking. */
  readonly isShort: boolean;
  /** How deep calls and brackets are nested. A chain of three calls with deeper arguments always breaks. */
  readonly depth: number;
  /** An object or array that keeps its brackets beside those of the call. */
  readonly isHugged: boolean;
}

interface Call {
  readonly name: string;
  readonly args: readonly Code[];
}

function schemaOf(type: Type, after: readonly Call[] = []): Code {
  const calls = 'isNullable' in type && type.isNullable ? [call('nullable'), ...after] : after;
  switch (type.kind) {
    case 'ref':
      return chain(type.name, calls);
    case 'string':
      return textOf(type, calls);
    case 'integer':
      return chain('', [call('integer'), ...numberCalls(type), ...calls]);
    case 'number':
      return chain('z', [call('number'), ...numberCalls(type), ...calls]);
    case 'boolean':
    case 'null':
      return chain('z', [call(type.kind), ...calls]);
    case 'const':
      return chain('z', [call('literal', literal(type.value)), ...calls]);
    case 'enum':
      return chain('z', [enumCall(type.values), ...calls]);
    case 'array':
      return chain('z', [call('array', schemaOf(type.items)), ...sizeCalls(type), ...calls]);
    case 'map': {
      const values = type.values === undefined ? chain('z', [call('unknown')]) : schemaOf(type.values);
      return chain('z', [call('record', chain('z', [call('string')]), values), ...calls]);
    }
    case 'union':
      return chain('z', [unionCall(type), ...calls]);
    case 'object':
      return chain('z', [call(type.isOpen ? 'looseObject' : 'strictObject', shapeOf(type)), ...calls]);
  }
}

function call(name: string, ...args: readonly Code[]): Call {
  return { name, args };
}

function textOf(type: StringType, calls: readonly Call[]): Code {
  const limits = limitsOf(type);
  return limits.length === 0
    ? chain('z', [call('string'), ...calls])
    : chain('', [call('text', objectOf(limits)), ...calls]);
}

function limitsOf(type: StringType): { name: string; value: Code }[] {
  return (['format', 'minLength', 'maxLength', 'pattern'] as const).flatMap((name) => {
    const value = type[name];
    return value === undefined ? [] : [{ name, value: literal(value) }];
  });
}

function numberCalls(type: NumberType): Call[] {
  const named = { minimum: 'min', exclusiveMinimum: 'gt', maximum: 'max', exclusiveMaximum: 'lt' } as const;
  return Object.entries(named).flatMap(([keyword, name]) => {
    const limit = type[keyword as keyof typeof named];
    return limit === undefined ? [] : [call(name, literal(limit))];
  });
}

function sizeCalls({ minItems, maxItems }: ArrayType): Call[] {
  return [
    ...(minItems === undefined ? [] : [call('min', literal(minItems))]),
    ...(maxItems === undefined ? [] : [call('max', literal(maxItems))]),
  ];
}

function enumCall(values: readonly (string | number)[]): Call {
  const [first] = values;
  if (typeof first === 'string') return call('enum', literal(values));
  return call('literal', values.length === 1 ? literal(first ?? 0) : literal(values));
}

function unionCall(type: UnionType): Call {
  const branches = type.branches.map((name) => chain(name, []).doc);
  const list: Code = { ...plain(bracketed('[', branches, ']')), depth: 1, isHugged: true, isShort: false };
  return call('discriminatedUnion', literal(type.discriminator), list);
}

/** One property on each line. */
function shapeOf(type: ObjectType): Code {
  const lines = type.properties.map((property) => {
    const { description } = property.type;
    const about = description === undefined ? [] : [jsdocComment(oneLine(description), 2), hardLine];
    return [
      ...about,
      property.name,
      assigned(':', schemaOf(property.type, presence(property)), property.name.length),
      ',',
    ];
  });
  const doc =
    lines.length === 0 ? '{}' : brokenGroup(['{', indent([hardLine, ...join(hardLine, lines)]), hardLine, '}']);
  return { ...plain(doc), depth: 1, isHugged: lines.length > 0, isShort: lines.length === 0 };
}

function presence(property: Property): Call[] {
  if (property.default !== undefined) return [call('default', literal(property.default))];
  return property.isRequired ? [] : [call('optional')];
}

function isContainer(value: Json): value is readonly Json[] | { readonly [key: string]: Json } {
  return typeof value === 'object' && value !== null;
}

function plain(doc: Doc): Code {
  return { doc, isUnbreakable: false, isShort: true, depth: 0, isHugged: false };
}

/** Biome calls an argument short that takes at most a quarter of the line. */
const shortWidth = 30;

function literal(value: Json): Code {
  if (typeof value === 'string') {
    const text = tsLiteral(value);
    return { ...plain(text), isUnbreakable: true, isShort: text.length <= shortWidth };
  }
  if (typeof value === 'number') return plain(tsNumber(value));
  if (!isContainer(value)) return plain(String(value));
  if (!Array.isArray(value))
    return objectOf(Object.entries(value).map(([name, inner]) => ({ name, value: literal(inner) })));
  const items = value.map(literal);
  const depth = items.length === 0 ? 0 : 1 + Math.max(...items.map((item) => item.depth));
  return {
    doc: listOf(value, items),
    isUnbreakable: false,
    isShort: items.length === 0,
    depth,
    isHugged: items.length > 0,
  };
}

function listOf(value: readonly Json[], items: readonly Code[]): Doc {
  const docs = items.map((item) => item.doc);
  if (docs.length > 1 && value.every((item) => typeof item === 'number')) {
    const filled = fill(docs.flatMap((doc, index) => (index === docs.length - 1 ? [doc] : [[doc, ','], line])));
    return group(['[', indent([softLine, filled]), ifBroken(','), softLine, ']']);
  }
  const isObject = (item: Json): boolean => isContainer(item) && !Array.isArray(item) && Object.keys(item).length > 1;
  const isList = (item: Json): boolean => Array.isArray(item) && item.length > 1;
  const list = bracketed('[', docs, ']');
  const isMatrix = value.length > 1 && (value.every(isObject) || value.every(isList));
  return isMatrix ? broken(list) : list;
}

function objectOf(properties: readonly { name: string; value: Code }[]): Code {
  const items = properties.map(({ name, value }) => {
    const key = /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(name) ? name : tsLiteral(name);
    return [key, assigned(':', value, key.length)];
  });
  const isEmpty = items.length === 0;
  const depth = isEmpty ? 0 : 1 + Math.max(...properties.map(({ value }) => value.depth));
  return {
    doc: isEmpty ? '{}' : keptGroup(['{', indent([line, ...join([',', line], items)]), ifBroken(','), line, '}']),
    isUnbreakable: false,
    isShort: isEmpty,
    depth,
    isHugged: !isEmpty,
  };
}

function tsNumber(value: number): string {
  return grouped(tsLiteral(value));
}

/** `200_000` */
export function grouped(numeral: string): string {
  return /^-?\d{5,}$/.test(numeral) ? numeral.replace(/\B(?=(\d{3})+$)/g, '_') : numeral;
}

/** What follows a name: behind it, or on the next line. */
function assigned(operator: ':' | ' =', value: Code, nameWidth: number): Doc {
  const isShortName = operator === ':' && nameWidth < 5;
  return value.isUnbreakable && !isShortName
    ? group([operator, indent([line, value.doc])])
    : [operator, ' ', value.doc];
}

/** A head with calls; without a head, the first call is a function. */
function chain(head: string, calls: readonly Call[]): Code {
  const printed = calls.map(({ name, args }) => [name, argumentsOf(args)]);
  const [first = '', ...rest] = head === '' ? printed : [head, ...printed];
  const methods = rest.map((part): Doc => ['.', part]);
  const depth = Math.max(0, ...calls.flatMap(({ args }) => args.map((arg) => arg.depth + 1)));
  const areArgsShort = calls.every(({ args }) => args.length === 0 || (args.length === 1 && (args[0] as Code).isShort));
  const isUnbreakable = areArgsShort && calls.length < 3 && head !== '';
  const isShort = calls.length === 0 && head.length <= shortWidth;
  const oneLineDoc = [first, ...methods];
  const expanded = [first, indent(methods.map((method) => [hardLine, method]))];
  const isFactory = /^[A-Z]/.test(head);
  const code = { isUnbreakable, isShort, depth, isHugged: false };
  if (methods.length < (isFactory ? 3 : 2)) return { ...code, doc: oneLineDoc };
  const isComplex = calls.length > 2 && calls.some(({ args }) => args.some((arg) => arg.depth > 1));
  return { ...code, doc: isComplex ? expanded : choice(oneLineDoc, expanded, [first, ...methods.slice(0, -1)]) };
}

function argumentsOf(args: readonly Code[]): Doc {
  const docs = args.map((arg) => arg.doc);
  const all = bracketed('(', docs, ')');
  if (args.at(-1)?.isHugged !== true) return all;
  const [last = '', ...others] = docs.toReversed();
  if (others.length === 0) return ['(', last, ')'];
  const before = ['(', ...others.toReversed().flatMap((doc) => [doc, ', '])];
  return choice([...before, last, ')'], choice([...before, broken(last), ')'], broken(all)));
}
