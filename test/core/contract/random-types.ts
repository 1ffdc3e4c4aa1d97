import { formatSamples } from '../../../src/core/contract/formats.ts';
import { parsePattern } from '../../../src/core/contract/pattern/parse-pattern.ts';
import { lengthOf, textMatching } from '../../../src/core/contract/pattern/pattern.ts';
import { type ReadTypes, readTypes } from '../../../src/core/contract/read-type.ts';
import {
  branchesOf,
  type Format,
  formatNames,
  type Json,
  type NumberType,
  type ObjectType,
  resolve,
  type StringType,
  type Type,
  type Types,
} from '../../../src/core/contract/type.ts';
import { checkValue } from '../../../src/core/contract/values.ts';
import { oneLine } from '../../../src/core/text/literals.ts';
import type { Draw } from '../pack/random-manifest.ts';

const atoms = [
  'a',
  'Z',
  '0',
  ' ',
  'é',
  '😀',
  '家',
  '.',
  '-',
  '/',
  '"',
  "'",
  '&',
  '~',
  '#',
  '\\d',
  '\\w',
  '\\s',
  '\\D',
  '\\W',
  '\\S',
];
const escaped = ['\\.', '\\n', '\\t', '\\\\', '\\$', '\\{', '\\x41', '\\u00e9', '\\u{1F600}'];
const inClass = [
  'a',
  'a-z',
  'A-Z',
  '0-9',
  '\\d',
  '\\w',
  '\\s',
  '.',
  '$',
  '*',
  '(',
  '\\]',
  '\\[',
  '\\-',
  '\\\\',
  '&',
  '~',
  'é',
  'à-ÿ',
  '😀',
  ' ',
];

/**
 * A pattern that types may have. Only one character is repeated without a limit: ajv compares texts with JavaScript's own
 * engine, which may need exponential time for others.
 */
function randomPattern(draw: Draw, depth = 0): string {
  const counts = ['', '', '', '?', '{2}'];
  const character = (): string =>
    draw.one([
      () => draw.one(atoms),
      () => draw.one(escaped),
      () => `[${draw.one(['', '^'])}${[draw.one(inClass), ...draw.times(3, () => draw.one(inClass))].join('')}]`,
    ])() + draw.one([...counts, '*', '+', '{1,3}', '{2,}?']);
  const group = (): string => `${draw.one(['(', '(?:'])}${randomPattern(draw, depth + 1)})${draw.one(counts)}`;
  const atom = (): string => (depth < 2 && draw.below(4) === 0 ? group() : character());
  const sequence = (): string => [atom(), ...draw.times(2, atom)].join('');
  const all = [sequence(), ...(draw.below(4) === 0 ? [sequence()] : [])].join('|');
  if (depth > 0) return all;
  const whole = draw.one([all, `^(?:${all})$`, `^(?:${all})`, `(?:${all})$`]);
  return parsePattern(whole).ok ? whole : randomPattern(draw);
}

type Schema = { [keyword: string]: unknown };

export interface RandomTypes extends ReadTypes {
  readonly declared: Schema;
  readonly input: Schema;
}

const names = [
  'text',
  'amount',
  'line_2',
  'x',
  'from',
  'class',
  'id',
  'kind',
  'list',
  'a_rather_long_name_of_a_property',
  'z9',
];
const patterns = [
  '^[a-z]+(-[a-z]+)*$',
  '^\\d{2,4}$',
  '\\s',
  '^.{3}$',
  '[^\\w\\s]',
  '^(?:foo|ba[rz])?$',
  '\\.txt$',
  '^[\\w.+-]+@\\w+$',
  '^$',
  '^[^\\d]',
  '[à-ÿ]',
  '^\\S+$',
  'a{2,}?b',
  '^[-a&~^]+$',
  '(a|b|)c$',
  '^😀+$',
];

/** Types of a module, as its author may write them: objects, a union, and an input that uses them. */
export function randomTypes(draw: Draw): RandomTypes {
  const declared: Schema = {
    Circle: {
      type: 'object',
      required: ['kind'],
      properties: { kind: { const: 'circle' }, ...properties(draw, [], 2) },
    },
    Square: {
      type: 'object',
      required: ['kind'],
      properties: { ...properties(draw, [], 1), kind: { type: 'string', const: 'square' } },
      additionalProperties: draw.flag(),
    },
    Line: objectOf(draw, []),
    Value: schemaOf(draw, [], 1),
  };
  const input = objectOf(draw, ['Line', 'Value']);
  const root = { name: 'Input', path: ['input'], schema: input, isOpen: draw.below(4) === 0 };
  return { declared, input, ...readTypes(declared, [root]) };
}

/** A schema of an object; `refs` are names of types that it may refer to. */
export function objectOf(draw: Draw, refs: readonly string[], depth = 0): Schema {
  return described(draw, plainObject(draw, refs, depth));
}

function plainObject(draw: Draw, refs: readonly string[], depth: number): Schema {
  const inner = properties(draw, refs, 2 + draw.below(4), depth);
  const fixed = Object.keys(inner).filter((name) => !('default' in (inner[name] as Schema)));
  const required = fixed.filter(() => draw.flag());
  return {
    type: 'object',
    ...(draw.flag() ? { required } : {}),
    properties: inner,
    ...draw.one([{}, {}, { additionalProperties: false }, { additionalProperties: true }]),
  };
}

function properties(draw: Draw, refs: readonly string[], count: number, depth = 0): Schema {
  const chosen = new Set(Array.from({ length: count }, () => draw.one(names.filter((name) => name !== 'kind'))));
  return Object.fromEntries(
    [...chosen].map((name) => [name, described(draw, withDefault(draw, schemaOf(draw, refs, depth)))]),
  );
}

function described(draw: Draw, schema: Schema): Schema {
  const description = draw.below(6) === 0 ? draw.prose(300) : '';
  return oneLine(description) === '' ? schema : { ...schema, description };
}

function withDefault(draw: Draw, schema: Schema): Schema {
  if (draw.below(3) !== 0) return schema;
  const { types, problems } = readTypes({}, [
    { name: 'Input', path: [], schema: { type: 'object', properties: { it: schema } } },
  ]);
  const input = types.get('Input');
  if (problems.length > 0 || input?.kind !== 'object') return schema;
  return { ...schema, default: fitting(draw, (input.properties[0] as { type: Type }).type, types) };
}

function schemaOf(draw: Draw, refs: readonly string[], depth = 0): Schema {
  const makers: (() => Schema)[] = [
    ...[text, text, format, number, number, constant].map((make) => () => make(draw)),
    () => ({ type: draw.one(['boolean', 'null', ['null', 'boolean']]) }),
    ...(refs.length === 0 ? [] : [() => ({ $ref: `#/types/${draw.one(refs)}` }), () => unionOfObjects()]),
    ...(depth > 1
      ? []
      : [
          () => list(draw, refs, depth + 1),
          () => list(draw, refs, depth + 1),
          () => nullable(draw, objectOf(draw, refs, depth + 1)),
          () => ({ type: 'object', additionalProperties: draw.below(4) === 0 || schemaOf(draw, refs, depth + 1) }),
        ]),
  ];
  return draw.one(makers)();
}

/** A choice of two of the types that `randomTypes` declares. */
export function unionOfObjects(): Schema {
  return { oneOf: [{ $ref: '#/types/Circle' }, { $ref: '#/types/Square' }], discriminator: { propertyName: 'kind' } };
}

function nullable(draw: Draw, schema: Schema): Schema {
  return draw.below(4) === 0 ? { ...schema, type: [schema.type, 'null'] } : schema;
}

function text(draw: Draw): Schema {
  if (draw.below(3) === 0)
    return nullable(draw, { type: 'string', pattern: draw.flag() ? draw.one(patterns) : randomPattern(draw) });
  const least = draw.below(4);
  return nullable(draw, {
    type: 'string',
    ...(draw.flag() ? { minLength: least } : {}),
    ...(draw.flag() ? { maxLength: least + draw.below(6) } : {}),
  });
}

function format(draw: Draw): Schema {
  const limits = draw.below(4) === 0 ? { maxLength: 50, pattern: '.' } : {};
  return nullable(draw, { type: 'string', format: draw.one(formatNames), ...limits });
}

function number(draw: Draw): Schema {
  const type = draw.one(['integer', 'number']);
  const [low, high] = [draw.below(10) - 5, 7 + draw.below(5)];
  const step = type === 'number' && draw.flag() ? 0.5 : 0;
  return nullable(draw, {
    type,
    ...draw.one([{}, { minimum: low + step }, { exclusiveMinimum: low + step }]),
    ...draw.one([{}, { maximum: high + step }, { exclusiveMaximum: high + step }]),
  });
}

function constant(draw: Draw): Schema {
  return draw.one<Schema>([
    { enum: ['en', 'fr'] },
    { enum: ['1', 'true', 'null', ''] },
    { type: ['string', 'null'], enum: ['a', null, 'b'] },
    { type: 'integer', enum: [1, 2, 0] },
    { enum: [null, 1, -3] },
    { const: 1 },
    { const: true },
    { const: false },
    { const: null },
    { const: 'one' },
  ]);
}

function list(draw: Draw, refs: readonly string[], depth: number): Schema {
  const least = draw.below(3);
  return nullable(draw, {
    type: 'array',
    items: schemaOf(draw, refs, depth),
    ...(draw.flag() ? { minItems: least } : {}),
    ...(draw.flag() ? { maxItems: least + draw.below(3) } : {}),
  });
}

const letters = [
  'a',
  'b',
  'Z',
  '0',
  ' ',
  '-',
  '.',
  'é',
  'ß',
  '\n',
  '\r',
  '\u2028',
  '\u00a0',
  '😀',
  '家',
  '"',
  "'",
  '\\',
  '{',
];
export const anyText = (draw: Draw, most = 6): string => draw.times(most, () => draw.one(letters)).join('');

/** A value that fits. */
export function fitting(draw: Draw, given: Type, types: Types): Json {
  const type = resolve(given, types);
  if ('isNullable' in type && type.isNullable === true && draw.below(4) === 0) return null;
  switch (type.kind) {
    case 'null':
      return null;
    case 'boolean':
      return draw.flag();
    case 'string':
      return fittingText(draw, type);
    case 'integer':
    case 'number':
      return fittingNumber(draw, type);
    case 'enum':
      return draw.one<string | number>(type.values);
    case 'const':
      return type.value;
    case 'array': {
      const least = type.minItems ?? 0;
      const most = Math.min(type.maxItems ?? least + 2, least + 2);
      return Array.from({ length: least + draw.below(most - least + 1) }, () => fitting(draw, type.items, types));
    }
    case 'map': {
      const keys = new Set(draw.times(3, () => draw.one(['a', 'b c', '10', '2', 'é', 'from', '😀', '\uffee', ''])));
      const { values } = type;
      const one = (): Json =>
        values === undefined ? draw.one<Json>([1, null, 'a', [{}]]) : fitting(draw, values, types);
      return Object.fromEntries([...keys].map((key) => [key, one()]));
    }
    case 'object':
      return fittingObject(draw, type, types);
    case 'union':
      return fittingObject(draw, draw.one([...branchesOf(type, types).values()]).type, types);
  }
}

function fittingObject(draw: Draw, type: ObjectType, types: Types): Json {
  const given = type.properties.filter((property) => property.isRequired || draw.below(3) > 0);
  const more = type.isOpen && draw.flag() ? { other: draw.one<Json>([1, null, [true]]), '7': 'x' } : {};
  return { ...Object.fromEntries(given.map(({ name, type: inner }) => [name, fitting(draw, inner, types)])), ...more };
}

function fittingNumber(draw: Draw, type: NumberType): number {
  const low = type.minimum ?? (type.exclusiveMinimum === undefined ? -20 : type.exclusiveMinimum + 0.25);
  const high = type.maximum ?? (type.exclusiveMaximum === undefined ? 30 : type.exclusiveMaximum - 0.25);
  if (type.kind === 'integer') return Math.ceil(low) + draw.below(Math.floor(high) - Math.ceil(low) + 1);
  return draw.one([low, high, low + (high - low) / 2, Math.round(low + (high - low) / 3)].filter((one) => one >= low));
}

function fittingText(draw: Draw, type: StringType): string {
  const { minLength = 0, maxLength = minLength + 5, pattern, format: wanted } = type;
  if (wanted !== undefined) return draw.one([formatSamples[wanted], ...goodFormats[wanted]]);
  if (pattern === undefined) {
    const length = minLength + draw.below(maxLength - minLength + 1);
    return Array.from({ length }, () => draw.one(letters)).join('');
  }
  const fits = (one: string): boolean =>
    checkValue(one, { ...type, isNullable: false }, new Map()).problems.length === 0;
  const parsed = parsePattern(pattern);
  const made = parsed.ok ? textMatching(parsed.pattern, draw.below(8)) : '';
  return [anyText(draw, 8), `${anyText(draw)}${made}${anyText(draw)}`, made].find(fits) ?? made;
}

export const goodFormats: Readonly<Record<Format, readonly string[]>> = {
  date: ['2024-02-29', '2000-02-29', '0001-01-01', '9999-12-31'],
  'date-time': ['2024-02-29T23:59:59.123456789+23:59', '1999-01-01T00:00:00-00:00'],
  uuid: ['00000000-0000-0000-0000-000000000000', 'FFFFFFFF-ffff-FFFF-ffff-FFFFFFFFFFFF'],
  email: ["o'neil+x@a-b.example.org", 'a@b.co'],
  uri: ['urn:isbn:0451450523', 'http://[::1]:80/%C3%A9?a=b#c', 'mailto:a@b'],
};

export const badFormats: Readonly<Record<Format, readonly string[]>> = {
  date: [
    '2023-02-29',
    '1900-02-29',
    '2024-13-01',
    '2024-04-31',
    '2024-1-1',
    '0000-01-01',
    '2024-01-01\n',
    '٢٠٢٤-٠١-٠١',
    '',
  ],
  'date-time': [
    '2024-01-01T24:00:00Z',
    '2024-01-01T00:00:00',
    '2024-01-01 00:00:00Z',
    '2024-01-01T00:00:60Z',
    '2024-01-01T00:00:00z',
  ],
  uuid: [
    '3f2504e04f8941d39a0c0305e82c3301',
    '3f2504e0-4f89-41d3-9a0c-0305e82c330g',
    '{3f2504e0-4f89-41d3-9a0c-0305e82c3301}',
  ],
  email: ['a@b', 'a b@c.de', '@c.de', 'a@-c.de', 'ä@c.de', 'a@c.de\n', 'a@c..de'],
  uri: ['/path', 'example.com', 'http://a b', 'http:', 'http://é', 'a:%zz', '1a:b'],
};

/** A change of a value that one keyword refuses. */
export interface Mutation {
  /** The keyword, first; then those on the way to it, such as `items` and `$ref`. */
  readonly keywords: readonly string[];
  readonly mutant: Json;
}

type Rebuild = (value: Json | undefined) => Json;

/** Every keyword that accepts something in the value. */
export function keywordsIn(value: Json, type: Type, types: Types): Set<string> {
  const found = new Set<string>();
  walk(
    value,
    type,
    types,
    [],
    (value) => value as Json,
    ({ kind, above, inner, given }) => {
      for (const keyword of above) found.add(keyword);
      for (const keyword of limitsOf(inner)) found.add(keyword);
      found.add(given === null && kind !== 'null' ? 'nullable' : `type ${kind}`);
      if (kind === 'enum' || kind === 'const') found.add(kind);
      if (inner.kind === 'union') found.add('oneOf');
      if (inner.kind === 'object' && given !== null) {
        if (inner.properties.some((property) => property.isRequired)) found.add('required');
        if (!inner.isOpen) found.add('additionalProperties: false');
        else if (Object.keys(given as object).some((key) => !inner.properties.some(({ name }) => name === key)))
          found.add('additionalProperties: true');
        if (
          inner.properties.some(
            (property) => property.default !== undefined && !Object.hasOwn(given as object, property.name),
          )
        )
          found.add('default');
      }
    },
  );
  return found;
}

function limitsOf(type: Type): string[] {
  const limits = [
    'minLength',
    'maxLength',
    'pattern',
    'minimum',
    'maximum',
    'exclusiveMinimum',
    'exclusiveMaximum',
    'minItems',
    'maxItems',
  ];
  return [
    ...limits.filter((keyword) => keyword in type),
    ...(type.kind === 'string' && type.format !== undefined ? [`format ${type.format}`] : []),
  ];
}

/** Changes of a value that fits, each of which only one keyword refuses. */
export function mutationsOf(draw: Draw, value: Json, type: Type, types: Types): Mutation[] {
  const found: Mutation[] = [];
  walk(
    value,
    type,
    types,
    [],
    (inner) => inner as Json,
    ({ above, inner, given, rebuild, isOptional }) => {
      for (const [keyword, wrong] of wrongValues(draw, given, inner, types))
        found.push({ keywords: [keyword, ...above], mutant: rebuild(wrong) });
      if (isOptional === false) found.push({ keywords: ['required', ...above], mutant: rebuild(undefined) });
    },
  );
  return found.filter(({ mutant }) => checkValue(mutant, type, types).problems.length === 1);
}

interface Visited {
  readonly kind: string;
  readonly given: Json;
  readonly inner: Exclude<Type, { kind: 'ref' }>;
  readonly above: readonly string[];
  readonly rebuild: Rebuild;
  readonly isOptional?: boolean;
}

function walk(
  given: Json,
  type: Type,
  types: Types,
  above: readonly string[],
  rebuild: Rebuild,
  visit: (visited: Visited) => void,
  isOptional?: boolean,
): void {
  const inner = resolve(type, types);
  const path = type.kind === 'ref' ? [...above, '$ref'] : above;
  visit({ kind: inner.kind, given, inner, above: path, rebuild, ...(isOptional === undefined ? {} : { isOptional }) });
  if (given === null || typeof given !== 'object') return;
  if (inner.kind === 'array') {
    const items = given as readonly Json[];
    items.forEach((item, index) => {
      const replace: Rebuild = (wrong) => rebuild(items.map((one, at) => (at === index ? (wrong ?? null) : one)));
      walk(item, inner.items, types, [...path, 'items'], replace, visit);
    });
    return;
  }
  const object = given as { readonly [key: string]: Json };
  const replace =
    (key: string): Rebuild =>
    (wrong) => {
      const { [key]: _, ...rest } = object;
      return rebuild(wrong === undefined ? rest : { ...object, [key]: wrong });
    };
  if (inner.kind === 'map') {
    const { values } = inner;
    if (values !== undefined)
      for (const [key, item] of Object.entries(object))
        walk(item, values, types, [...path, 'additionalProperties: schema'], replace(key), visit);
    return;
  }
  const shape =
    inner.kind === 'union' ? branchesOf(inner, types).get(String(object[inner.discriminator]))?.type : inner;
  if (shape?.kind !== 'object') return;
  const below = inner.kind === 'union' ? [...path, 'oneOf'] : path;
  for (const property of shape.properties) {
    const item = object[property.name];
    if (item !== undefined)
      walk(item, property.type, types, below, replace(property.name), visit, !property.isRequired);
  }
}

const ofOtherTypes: Readonly<Record<string, readonly Json[]>> = {
  string: [5, true, ['a'], {}],
  integer: ['1', true, 1.5, [1]],
  number: ['1.5', false, [1]],
  boolean: [0, 1, 'true'],
  null: [0, false, '', 'null'],
  array: ['a', {}, { '0': 'a' }],
  object: [[], 'a', 1],
  map: [[], 'a', true],
  union: [[], 'circle', 1],
};

function wrongValues(draw: Draw, given: Json, type: Visited['inner'], types: Types): [keyword: string, value: Json][] {
  const wrong: [string, Json][] = (ofOtherTypes[type.kind] ?? []).map((value) => [`type ${type.kind}`, value]);
  if (!('isNullable' in type && type.isNullable === true) && type.kind !== 'null') wrong.push(['null', null]);
  if (given === null) return wrong;
  if (type.kind === 'enum' || type.kind === 'const') {
    const others: Json[] = ['zz', 'EN', 3, 1, 1.5, true, false, 0, '1', [], {}];
    wrong.push(...others.map((value): [string, Json] => [type.kind, value]));
  }
  if (type.kind === 'string') {
    const { minLength = 0, maxLength = 0, format: wanted } = type;
    wrong.push(
      ['minLength', '😀'.repeat(Math.max(0, minLength - 1))],
      ['minLength', 'a'.repeat(Math.max(0, minLength - 1))],
    );
    wrong.push(['maxLength', 'é'.repeat(maxLength + 1)], ['maxLength', '😀'.repeat(maxLength + 1)]);
    if (wanted !== undefined) wrong.push([`format ${wanted}`, draw.one(badFormats[wanted])]);
    if (type.pattern !== undefined) for (let times = 0; times < 6; times += 1) wrong.push(['pattern', anyText(draw)]);
  }
  if (type.kind === 'integer' || type.kind === 'number') wrong.push(...wrongNumbers(type));
  if (type.kind === 'array') {
    const items = given as readonly Json[];
    const more = Array.from({ length: (type.maxItems ?? 0) + 1 }, () => fitting(draw, type.items, types));
    wrong.push(['minItems', items.slice(0, Math.max(0, (type.minItems ?? 0) - 1))], ['maxItems', more]);
  }
  if (type.kind === 'object' && typeof given === 'object')
    wrong.push(['additionalProperties: false', { ...given, [draw.one(['other', '7', 'Text', 'é'])]: 1 }]);
  if (type.kind === 'union' && typeof given === 'object') {
    const { [type.discriminator]: _, ...rest } = given as { readonly [key: string]: Json };
    wrong.push(['oneOf', rest]);
    for (const tag of ['other', 'Circle', 1, null, ['circle']])
      wrong.push(['oneOf', { ...rest, [type.discriminator]: tag }]);
  }
  return wrong.filter(([keyword, value]) => reasonFits(keyword, value, type));
}

/** Only values that the keyword itself refuses. */
function reasonFits(keyword: string, value: Json, type: Visited['inner']): boolean {
  if (type.kind !== 'string' || typeof value !== 'string') return true;
  const length = lengthOf(value);
  if (keyword === 'minLength') return length < (type.minLength ?? 0);
  if (keyword === 'maxLength') return type.maxLength !== undefined && length > type.maxLength;
  if (keyword === 'pattern') return checkValue(value, type, new Map()).problems[0]?.type === 'pattern';
  return true;
}

function wrongNumbers(type: NumberType): [string, Json][] {
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum, kind } = type;
  const step = kind === 'integer' ? 1 : 0.5;
  const found: [string, Json][] =
    kind === 'integer'
      ? [
          ['safe integer', 2 ** 53],
          ['safe integer', -(2 ** 53)],
          ['safe integer', 1e300],
        ]
      : [];
  if (minimum !== undefined) found.push(['minimum', minimum - step]);
  if (maximum !== undefined) found.push(['maximum', maximum + step]);
  if (exclusiveMinimum !== undefined) found.push(['exclusiveMinimum', exclusiveMinimum]);
  if (exclusiveMaximum !== undefined) found.push(['exclusiveMaximum', exclusiveMaximum]);
  return found;
}

/** The keywords that refuse something; the test counts the values for each. */
export const refusingKeywords = [
  ...['string', 'integer', 'number', 'boolean', 'null', 'array', 'object', 'map', 'union'].map(
    (kind) => `type ${kind}`,
  ),
  ...formatNames.map((name) => `format ${name}`),
  ...[
    'null',
    'required',
    'additionalProperties: false',
    'additionalProperties: schema',
    'items',
    'enum',
    'const',
    '$ref',
    'oneOf',
  ],
  ...[
    'minimum',
    'maximum',
    'exclusiveMinimum',
    'exclusiveMaximum',
    'minLength',
    'maxLength',
    'pattern',
    'minItems',
    'maxItems',
  ],
  'safe integer',
];

/** The keywords that accept something. `nullable` is `type` with "null", where null is given. */
export const acceptingKeywords = [
  ...refusingKeywords.filter((keyword) => keyword !== 'null' && keyword !== 'safe integer'),
  ...['nullable', 'default', 'additionalProperties: true'],
];
