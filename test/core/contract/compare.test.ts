import { expect, it } from 'vitest';
import { mismatchesOf } from '../../../src/core/contract/compare.ts';
import { readTypes } from '../../../src/core/contract/read-type.ts';
import { sampleOf } from '../../../src/core/contract/sample.ts';
import type { Type } from '../../../src/core/contract/type.ts';
import { checkValue } from '../../../src/core/contract/values.ts';
import { eachSeed } from '../../draws.ts';
import { Draw } from '../pack/random-manifest.ts';
import { fitting, randomTypes } from './random-types.ts';

const declared = {
  Circle: object({ kind: { const: 'circle' }, radius: { type: 'number' } }, ['kind', 'radius']),
  Square: object({ kind: { const: 'square' }, side: { type: 'number' } }, ['kind', 'side']),
};
const shape = {
  oneOf: [{ $ref: '#/types/Circle' }, { $ref: '#/types/Square' }],
  discriminator: { propertyName: 'kind' },
};

function object(properties: object, required: string[] = [], more: object = {}): object {
  return { type: 'object', properties, required, ...more };
}

/** The value of a payload in both modules, in the property `x`. */
function between(given: object, wanted: object, isRequired = true): string[] {
  const read = (schema: object) => {
    const payload = object({ x: schema }, isRequired ? ['x'] : []);
    const { types, problems } = readTypes(declared, [
      { name: 'Payload', path: ['payload'], schema: payload, isOpen: true },
    ]);
    expect(problems).toEqual([]);
    return { type: types.get('Payload') as Type, types };
  };
  return mismatchesOf(read(given), read(wanted)).map(({ place, reason }) => `${place} ${reason}`);
}

const text = { type: 'string' };
const integer = { type: 'integer' };
const number = { type: 'number' };

const cases: [name: string, given: object, wanted: object, mismatches: string[]][] = [
  ['the same', text, text, []],
  ['another kind', text, integer, ['x is a string there, not an integer']],
  ['an integer for a number', integer, number, []],
  ['a number for an integer', number, integer, ['x is a number there, not an integer']],
  ['limits are not compared', text, { type: 'string', maxLength: 3 }, []],
  ['null', { type: ['string', 'null'] }, text, ['x may be null there']],
  ['no null', text, { type: ['string', 'null'] }, []],
  ['always null', { type: 'null' }, text, ['x is null there']],
  ['never null', text, { type: 'null' }, ['x is never null there']],
  ['values that are not included', { enum: ['a', 'b', 'c'] }, { enum: ['a', 'd'] }, ['x may be "b", "c" there']],
  ['values that are included', { enum: ['a'] }, { enum: ['a', 'd'] }, []],
  ['any text for values', text, { enum: ['a', 'd'] }, ['x is a string there, not one of "a", "d"']],
  ['values that are texts', { enum: ['a', 'long'] }, { type: 'string', maxLength: 3 }, ['x may be "long" there']],
  ['a constant', { const: true }, { type: 'boolean' }, []],
  [
    'formats',
    { type: 'string', format: 'date' },
    { type: 'string', format: 'uuid' },
    ['x is a string with the format date there, not a string with the format uuid'],
  ],
  [
    'items',
    { type: 'array', items: text },
    { type: 'array', items: integer },
    ['x[] is a string there, not an integer'],
  ],
  [
    'a property that is not declared',
    object({}, [], { additionalProperties: true, properties: { a: text } }),
    object({ b: text }, ['b']),
    ['x.b is not declared there'],
  ],
  ['an optional property', object({ b: text }), object({ b: text }, ['b']), ['x.b is optional there']],
  ['a property with a default', object({ b: { ...text, default: 'b' } }), object({ b: text }, ['b']), []],
  ['more properties', object({ a: text, b: text }), object({ b: text }), []],
  [
    'properties that are not allowed',
    object({ a: text, b: text }),
    object({ b: text }, [], { additionalProperties: false }),
    ['x.a is not allowed here'],
  ],
  ['any object for one with properties', { type: 'object' }, object({ b: text }, ['b']), []],
  ['properties for any object', object({ b: text }), { type: 'object' }, []],
  [
    'properties for values',
    object({ a: text, b: integer }),
    { type: 'object', additionalProperties: text },
    ['x.b is an integer there, not a string'],
  ],
  [
    'values for values',
    { type: 'object', additionalProperties: text },
    { type: 'object', additionalProperties: integer },
    ['x.* is a string there, not an integer'],
  ],
  ['the same choices', shape, shape, []],
  [
    'choices for one of them',
    shape,
    { $ref: '#/types/Circle' },
    ['x.kind may be "square" there', 'x.radius is not declared there', 'x.side is not allowed here'],
  ],
  ['one of the choices', { $ref: '#/types/Circle' }, shape, []],
  ['none of the choices', object({ kind: { const: 'line' } }, ['kind']), shape, ['x.kind may be "line" there']],
  ['an object without a choice', object({ radius: number }), shape, ['x.kind is not declared there']],
];
it.each(cases)('%s', (_, given, wanted, mismatches) => expect(between(given, wanted)).toEqual(mismatches));

it('reports a required value that is optional there', () => {
  const read = (required: string[]) => {
    const { types } = readTypes(undefined, [{ name: 'P', path: [], schema: object({ x: text }, required) }]);
    return { type: types.get('P') as Type, types };
  };
  expect(mismatchesOf(read([]), read(['x']))).toEqual([{ place: 'x', reason: 'is optional there' }]);
});

it('reports nothing for a type and itself, and never if all values fit', async () => {
  await eachSeed(100, (seed) => {
    const draw = new Draw(seed);
    const [one, other] = [randomTypes(draw).types, randomTypes(draw).types];
    const sides = [one, other].map((types) => ({ type: types.get('Input') as Type, types }));
    const [given, wanted] = sides as [(typeof sides)[0], (typeof sides)[0]];
    expect(mismatchesOf(given, given)).toEqual([]);
    const value = fitting(draw, given.type, given.types);
    const { problems } = checkValue(value, wanted.type, wanted.types);
    const kinds = new Set(['missing', 'dict_type', 'list_type', 'bool_type']);
    const isSure = problems.some(({ type, loc }) => kinds.has(type) && loc.length === 1);
    if (isSure) expect({ seed, found: mismatchesOf(given, wanted).length > 0 }).toEqual({ seed, found: true });
    expect(sampleOf(given.type, given.types)).toBeDefined();
  });
});
