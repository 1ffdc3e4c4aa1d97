import { describe, expect, it } from 'vitest';
import { readTypes } from '../../../src/core/contract/read-type.ts';

type Schema = { readonly [keyword: string]: unknown };

/** What is wrong with a property `it` of the input, or with the whole manifest part. */
function problemsOf(schema: unknown, types: unknown = {}): string[] {
  const input = { type: 'object', properties: { it: schema } };
  return readTypes(types, [{ name: 'Input', path: ['input'], schema: input }]).problems.map(
    ({ path, message, hint }) => `${path.slice(0, 1).join()} ${message}${hint === undefined ? '' : ` | ${hint}`}`,
  );
}

const object = (properties: Schema, more: Schema = {}): Schema => ({ type: 'object', properties, ...more });

describe('accepts', () => {
  it.each<[string, Schema]>([
    ['a nullable type', { type: ['string', 'null'], maxLength: 3 }],
    ['an enum without a type', { enum: ['a', 'b'] }],
    ['a nullable enum', { type: ['integer', 'null'], enum: [1, null] }],
    ['a constant', { const: false }],
    ['any object', { type: 'object', additionalProperties: true }],
    ['an object with keys of its own', { type: 'object', additionalProperties: { type: 'integer' } }],
    ['an object without properties', { type: 'object', properties: {} }],
    ['a reference with a default', { $ref: '#/types/Choice', default: 'a', description: 'One of them.' }],
    ['examples', { type: 'integer', examples: [1, 2] }],
    ['a keyword of a language as a name', object({ class: { type: 'string' }, import: { type: 'null' } })],
    ['20 levels', Array.from({ length: 19 }).reduce<Schema>((items) => ({ type: 'array', items }), { type: 'null' })],
  ])('%s', (_, schema) => expect(problemsOf(schema, { Choice: { enum: ['a', 'b'] } })).toEqual([]));
});

describe('refuses with one message', () => {
  const it_ = 'input.properties.it';
  it.each<[string, unknown, string]>([
    ['a value that is no schema', 'string', `${it_} must be a schema`],
    ['no type', {}, `${it_} has no type`],
    [
      'an unknown keyword',
      { type: 'string', minlength: 1 },
      `${it_} has the keyword "minlength", which types do not support | Did you mean minLength?`,
    ],
    ...[
      'allOf',
      'anyOf',
      'not',
      'if',
      'patternProperties',
      'prefixItems',
      'uniqueItems',
      'multipleOf',
      'contains',
      'title',
      '$defs',
      'nullable',
      'minProperties',
    ].map((keyword): [string, unknown, string] => [
      keyword,
      { type: 'string', [keyword]: 1 },
      `${it_} has the keyword "${keyword}"`,
    ]),
    ['an unknown type', { type: 'text' }, `${it_}.type: "text" is not a type | The types are object, array`],
    ['a misspelt type', { type: 'strng' }, 'Did you mean string?'],
    ['two types', { type: ['string', 'integer'] }, `${it_}.type must be one type, or one type and "null"`],
    [
      'a keyword of another type',
      { type: 'string', minimum: 1 },
      `${it_}.minimum does not go with type string | Remove minimum.`,
    ],
    ['a keyword beside enum', { enum: ['a'], minLength: 1 }, `${it_}.minLength does not go with enum`],
    ['a keyword beside $ref', { $ref: '#/types/Line', type: 'object' }, `${it_}.type does not go with $ref`],
    [
      'an unknown format',
      { type: 'string', format: 'datetime' },
      `${it_}.format: "datetime" is not supported | Did you mean date`,
    ],
    ['a pattern of one language', { type: 'string', pattern: '(?<=a)b' }, `${it_}.pattern has a group with ?`],
    ['a negative length', { type: 'string', minLength: -1 }, `${it_}.minLength must be an integer from 0`],
    ['a huge minimum length', { type: 'string', minLength: 10_000 }, `${it_}.minLength must be at most 1000`],
    [
      'lengths in the wrong order',
      { type: 'string', minLength: 2, maxLength: 1 },
      `${it_} allows no value: minLength is greater`,
    ],
    [
      'limits that exclude each other',
      { type: 'integer', exclusiveMinimum: 1, exclusiveMaximum: 2 },
      `${it_} allows no value`,
    ],
    [
      'two limits on one side',
      { type: 'number', minimum: 1, exclusiveMinimum: 0 },
      `${it_} has minimum and exclusiveMinimum`,
    ],
    ['a limit that is no integer', { type: 'integer', minimum: 0.5 }, `${it_}.minimum must be an integer within`],
    ['an array without items', { type: 'array' }, `${it_} has no items`],
    ['an object that allows only {}', { type: 'object' }, `${it_} has no properties, so it allows only {}`],
    [
      'properties and a schema for others',
      object({}, { properties: { a: { type: 'null' } }, additionalProperties: { type: 'null' } }),
      `${it_} has properties and a schema for others`,
    ],
    [
      'required without a property',
      object({ text: { type: 'null' } }, { required: ['texd'] }),
      `${it_}.required[0]: there is no property "texd" | Did you mean text?`,
    ],
    ['required twice', object({ a: { type: 'null' } }, { required: ['a', 'a'] }), `${it_}.required[1] repeats "a"`],
    [
      'a required property with a default',
      object({ a: { type: 'null', default: null } }, { required: ['a'] }),
      'has a default and is required',
    ],
    ['a name in camelCase', object({ someName: { type: 'null' } }), 'the property name "someName" must be snake_case'],
    ['constructor', object({ constructor: { type: 'null' } }), 'the property name "constructor" is reserved'],
    ['then', object(Object.fromEntries([['then', { type: 'null' }]])), 'the property name "then" is reserved'],
    ['an empty enum', { enum: [] }, `${it_}.enum must be a list of 1 to 200 values`],
    ['a mixed enum', { enum: [1, 'a'] }, `${it_}.enum must have only strings or only integers`],
    ['numbers with fractions', { enum: [1.5] }, `${it_}.enum must have only strings or only integers`],
    ['a value twice', { enum: ['a', 'a'] }, `${it_}.enum has a value twice`],
    [
      'a nullable enum without null',
      { type: ['string', 'null'], enum: ['a'] },
      `${it_}.type does not fit the values of enum | Write type: "string", or add null to enum.`,
    ],
    ['a constant of another type', { type: 'string', const: 1 }, `${it_}.const is not of type "string"`],
    ['a constant that is an object', { const: {} }, `${it_}.const must be a string`],
    [
      'an unknown reference',
      { $ref: '#/types/Lime' },
      `${it_}.$ref: there is no type Lime | Did you mean #/types/Line?`,
    ],
    ['a reference to another place', { $ref: '#/components/schemas/Line' }, `${it_}.$ref must be "#/types/Name"`],
    ['a default that does not fit', { type: 'integer', default: 'a' }, `${it_}.default must be an integer`],
    [
      'a part of a default that does not fit',
      { type: 'array', items: { $ref: '#/types/Line' }, default: [{}] },
      `${it_}.default[0].text is missing`,
    ],
    [
      'a default of items',
      { type: 'array', items: { type: 'null', default: null } },
      `${it_}.items.default has no effect`,
    ],
    [
      'an example that does not fit',
      { type: 'boolean', examples: [true, 1] },
      `${it_}.examples[1] must be true or false`,
    ],
    [
      'a pattern without a sample',
      { type: 'string', pattern: '^b$', minLength: 2 },
      `${it_}: no value that fits was found | Add examples`,
    ],
    ['an empty description', { type: 'null', description: ' ' }, `${it_}.description must be a text`],
    [
      'oneOf without a discriminator',
      { oneOf: [{ $ref: '#/types/Line' }, { $ref: '#/types/Line' }] },
      `${it_} needs a discriminator`,
    ],
    [
      'oneOf with a schema',
      { oneOf: [{ type: 'null' }, { $ref: '#/types/Line' }], discriminator: { propertyName: 'text' } },
      `${it_}.oneOf[0] must be a reference`,
    ],
    [
      'a branch without its constant',
      { oneOf: [{ $ref: '#/types/Line' }, { $ref: '#/types/Other' }], discriminator: { propertyName: 'kind' } },
      `${it_}.oneOf[0]: in Line, kind must be required and have a const | In Line, add kind`,
    ],
    [
      'a deeply nested type',
      Array.from({ length: 100 }).reduce<Schema>((items) => ({ type: 'array', items }), { type: 'null' }),
      'is nested more than 20 levels deep',
    ],
  ])('%s', (_, schema, message) => {
    const types = {
      Line: object({ text: { type: 'string' } }, { required: ['text'] }),
      Other: object({ kind: { const: 'other' } }, { required: ['kind'] }),
    };
    const [first, ...others] = problemsOf(schema, types);
    expect(first).toContain(message);
    expect(others).toEqual([]);
  });

  it.each<[string, unknown, string]>([
    ['a list of types', [], 'types must be an object'],
    ['a type name in lower case', { line: { type: 'null' } }, 'the type name "line" must be PascalCase'],
    ['a type name of the generated code', { Integer: { type: 'null' } }, 'the type name Integer is reserved'],
    ['a type name of a language', { None: { type: 'null' } }, 'the type name None is reserved'],
    [
      'a type that contains itself',
      { A: { $ref: '#/types/B' }, B: { type: 'array', items: { $ref: '#/types/A' } } },
      'the type A contains itself: A → B → A',
    ],
    ['two branches with one tag', branches('same', 'same'), 'two branches have the same kind'],
  ])('%s', (_, types, message) => {
    const [first, ...others] = problemsOf({ type: 'null' }, types);
    expect(first).toContain(message);
    expect(others).toEqual([]);
  });

  it.each<[string, number, (inner: string) => Schema, string]>([
    [
      'types that expand exponentially',
      40,
      (inner) => object({ a: { $ref: inner }, b: { $ref: inner } }),
      'types.T14 expands to more than 20000 values',
    ],
    [
      'a long chain of references',
      60,
      (inner) => object({ a: { $ref: inner } }),
      'types.T50 is nested more than 50 levels deep',
    ],
    [
      'nested lists with many items',
      5,
      (inner) => ({ type: 'array', minItems: 100, items: { $ref: inner } }),
      'types.T3 expands to more than 20000 values',
    ],
  ])('%s', (_, count, schema, message) => {
    const types = Object.fromEntries(
      Array.from({ length: count }, (_, index) => [
        `T${index}`,
        index === 0 ? { type: 'null' } : schema(`#/types/T${index - 1}`),
      ]),
    );
    const [first, ...others] = problemsOf({ type: 'null' }, types);
    expect(first).toContain(message);
    expect(others).toEqual([]);
  });

  it('an input that is not an object', () => {
    const { problems } = readTypes({}, [{ name: 'Input', path: ['input'], schema: { type: 'string' } }]);
    expect(problems.map(({ message }) => message)).toEqual(['input must be an object']);
  });
});

function branches(first: string, second: string): Schema {
  const branch = (kind: string): Schema => object({ kind: { const: kind } }, { required: ['kind'] });
  const oneOf = [{ $ref: '#/types/A' }, { $ref: '#/types/B' }];
  return { A: branch(first), B: branch(second), C: { oneOf, discriminator: { propertyName: 'kind' } } };
}

it('completes defaults with the defaults inside them', () => {
  const { types } = readTypes({ Page: object({ size: { type: 'integer', default: 20 } }) }, [
    { name: 'Input', path: ['input'], schema: object({ page: { $ref: '#/types/Page', default: {} } }) },
  ]);
  expect(types.get('Input')).toMatchObject({ properties: [{ name: 'page', default: { size: 20 } }] });
});

it('closes objects unless they belong to a payload or are open', () => {
  const schema = object({ a: object({}), b: object({}, { additionalProperties: false }) });
  const declared = {
    Named: object({ c: object({}) }),
    Other: { $ref: '#/types/Named' },
    Closed: object({}, { additionalProperties: false }),
  };
  const ref = (name: string) => ({ $ref: `#/types/${name}` });
  const payload = (name: string, schema: unknown) => ({ name, path: ['events_emitted'], schema, isOpen: true });
  const { types } = readTypes(declared, [
    { name: 'Input', path: ['input'], schema },
    payload('Paid', schema),
    payload('Sent', { ...ref('Other'), description: 'Sent.' }),
    payload('Done', ref('Closed')),
    payload('Kept', object({ inner: ref('Named') })),
  ]);
  const isOpen = (name: string): unknown => {
    const type = types.get(name);
    return type?.kind === 'object'
      ? [type.isOpen, ...type.properties.map(({ type: inner }) => inner.kind === 'object' && inner.isOpen)]
      : type;
  };
  expect(isOpen('Input')).toEqual([false, false, false]);
  expect(isOpen('Paid')).toEqual([true, true, false]);
  expect(isOpen('Named')).toEqual([false, false]);
  expect(isOpen('Sent')).toEqual([true, true]);
  expect(types.get('Sent')).toMatchObject({ description: 'Sent.' });
  expect(isOpen('Done')).toEqual([false]);
  expect(isOpen('Kept')).toEqual([true, false]);
});

it.each([
  ['itself', { A: { $ref: '#/types/B' }, B: { $ref: '#/types/A' } }, 'the type A contains itself'],
  ['no type', { A: { $ref: '#/types/C' } }, 'there is no type C'],
  ['a type that is not valid', { A: object({ x: { type: 'x' } }) }, 'types.A.properties.x.type: "x" is not a type'],
])('reports a payload that refers to %s once', (_, declared, message) => {
  const root = { name: 'Paid', path: ['payload'], schema: { $ref: '#/types/A' }, isOpen: true };
  const { problems } = readTypes(declared, [root]);
  expect(problems.map((one) => one.message)).toEqual([expect.stringContaining(message)]);
});

it('reads a schema of 1 MB within its limits, and reports at most 50 problems', () => {
  const many = (count: number, schema: (index: number) => unknown): Schema =>
    Object.fromEntries(Array.from({ length: count }, (_, index) => [`p${index}`, schema(index)]));
  const wide = Object.fromEntries(
    Array.from({ length: 150 }, (_, index) => [
      `T${index}`,
      object(many(180, () => ({ type: 'string', description: 'A text' }))),
    ]),
  );
  expect(JSON.stringify(wide).length).toBeGreaterThan(1_000_000);
  expect(readTypes(wide, []).problems).toEqual([]);
  expect(problemsOf(object(many(201, () => ({ type: 'null' }))))[0]).toContain('at most 200 schemas');
  expect(problemsOf(object(many(200, () => ({ type: 'nul' }))))).toHaveLength(50);
});
