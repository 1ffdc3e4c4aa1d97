import { type ReadTypes, readTypes } from '../../../src/core/contract/read-type.ts';

/** Types that have every keyword, with properties and types whose names have this many characters. */
export function allKinds(length: number): ReadTypes {
  const property = (letter: string): string => letter.padEnd(length, 'x');
  const type = (letter: string): string => letter.padEnd(length, 'x');
  const ref = (name: string): object => ({ $ref: `#/types/${type(name)}` });
  const kind = property('k');
  const branch = (value: string): object => ({
    type: 'object',
    required: [kind],
    properties: { [kind]: { const: value }, [property('a')]: { type: 'string', description: 'A text.' } },
  });
  const declared = {
    [type('A')]: branch('first'),
    [type('B')]: branch('second'),
    [type('C')]: { enum: ['one', 'two'], description: 'A choice.' },
    [type('D')]: { type: ['array', 'null'], items: ref('A'), minItems: 1, maxItems: 3 },
    [type('E')]: { oneOf: [ref('A'), ref('B')], discriminator: { propertyName: kind } },
    [type('F')]: { type: ['object', 'null'], properties: { [property('a')]: { type: 'boolean' } } },
    [type('G')]: ref('C'),
    [type('H')]: {
      type: ['string', 'null'],
      enum: ['a rather long value', 'another long value', 'the longest value of all', null],
    },
    [type('M')]: {
      type: 'object',
      required: ['from'],
      properties: { from: { type: 'string' }, [property('c')]: ref('C') },
    },
    [type('J')]: { type: 'object', properties: { list: { type: 'array', items: { type: 'string' } } } },
    [type('L')]: { type: 'object', properties: {} },
  };
  const properties = {
    a: { type: 'string', minLength: 1, maxLength: 200_000, pattern: '^[A-Z]{2}-\\d+\\.\\w+$' },
    b: { type: ['string', 'null'], format: 'email', default: null },
    c: { type: 'integer', minimum: 1, maximum: 1_000_000, default: 20 },
    d: { type: ['number', 'null'], exclusiveMinimum: 0.5, exclusiveMaximum: 1e21 },
    e: {
      enum: ['en', 'fr', 'de'],
      default: 'en',
      description: 'The language of the text, as the reader of the answer wants it.',
    },
    f: { enum: [1, 2, 30_000, null], default: 2 },
    g: { const: true },
    h: { type: 'array', items: ref('A'), minItems: 1 },
    i: { type: 'array', items: { type: 'string', maxLength: 40 }, maxItems: 9, default: ['first', "it's", 'third'] },
    j: { type: 'array', items: { type: ['integer', 'null'] }, default: [1, 2, 3, 10_000, null] },
    k: {
      type: 'object',
      additionalProperties: { type: ['string', 'null'], minLength: 2 },
      default: { key: 'value', 'other key': null },
    },
    l: { type: 'object', additionalProperties: true },
    m: { oneOf: [ref('A'), ref('B')], discriminator: { propertyName: kind } },
    n: {
      oneOf: [ref('A'), ref('B')],
      discriminator: { propertyName: kind },
      default: { [kind]: 'first', [property('a')]: 'text' },
    },
    o: ref('C'),
    p: { ...ref('D'), default: null },
    q: {
      type: 'object',
      properties: { [property('a')]: { type: 'null' } },
      description: `Long: ${'word '.repeat(40)}`,
    },
    r: { type: ['object', 'null'], properties: { [property('a')]: { type: 'array', items: ref('E') } } },
    s: {
      type: 'array',
      items: {
        type: 'array',
        items: { type: 'array', items: { type: 'number', minimum: 0 }, maxItems: 3 },
        minItems: 1,
      },
    },
    t: {
      type: 'array',
      items: { type: 'array', items: { type: 'integer' } },
      default: [
        [1, 2],
        [3, 4, 5],
      ],
    },
    u: { type: 'array', items: ref('F'), default: [{ [property('a')]: true }, null, { [property('a')]: false }] },
    v: {
      type: 'string',
      default: 'A text that is so long that it takes most of the line, and no formatter can break it anywhere',
    },
    w: {
      type: 'array',
      items: { enum: ['a rather long value', 'another long value', 'the longest value of all', null] },
    },
    y: ref('H'),
    z: { type: 'object', additionalProperties: ref('M'), default: {} },
  };
  const schema = {
    type: 'object',
    required: ['a', 'h', 'm', 'q', 's', 'w', 'y'].map(property),
    properties: Object.fromEntries(Object.entries(properties).map(([letter, one]) => [property(letter), one])),
  };
  return readTypes(declared, [{ name: 'Input', path: ['input'], schema }]);
}
