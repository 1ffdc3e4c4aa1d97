import { expect, it } from 'vitest';
import { readTypes } from '../../../src/core/contract/read-type.ts';
import type { Type } from '../../../src/core/contract/type.ts';
import { checkValue } from '../../../src/core/contract/values.ts';

const { types } = readTypes(
  {
    Circle: {
      type: 'object',
      required: ['kind'],
      properties: { kind: { const: 'circle' }, size: { type: 'number', default: 1 } },
    },
    Square: { type: 'object', required: ['kind'], properties: { kind: { const: 'square' } } },
    Shape: { oneOf: [{ $ref: '#/types/Circle' }, { $ref: '#/types/Square' }], discriminator: { propertyName: 'kind' } },
  },
  [],
);

function check(schema: object, value: unknown): unknown {
  const root = { name: 'Input', path: ['input'], schema: { type: 'object', properties: { it: schema } } };
  const read = readTypes(
    {
      Circle: {
        type: 'object',
        required: ['kind'],
        properties: { kind: { const: 'circle' }, size: { type: 'number', default: 1 } },
      },
    },
    [root],
  );
  expect(read.problems).toEqual([]);
  const checked = checkValue({ it: value }, read.types.get('Input') as Type, read.types);
  return checked.problems.length === 0
    ? (checked.value as { it: unknown }).it
    : checked.problems.map(({ loc, type, msg }) => `${loc.join('.')} ${type}: ${msg}`);
}

it.each<[object, unknown, unknown]>([
  [{ type: 'integer' }, 1.0, 1],
  [{ type: 'integer' }, 1.5, ['it int_type: must be an integer']],
  [{ type: 'integer' }, true, ['it int_type: must be an integer']],
  [{ type: 'integer' }, 2 ** 53, ['it less_than_equal: must be at most 9007199254740991']],
  [{ type: 'integer', maximum: 5 }, -(2 ** 53), ['it greater_than_equal: must be at least -9007199254740991']],
  [{ type: 'number', exclusiveMinimum: 0 }, 0, ['it greater_than: must be greater than 0']],
  [{ type: 'number' }, Number.NaN, ['it float_type: must be a number']],
  [{ type: 'number' }, '1', ['it float_type: must be a number']],
  [{ type: 'string', maxLength: 1 }, '😀', '😀'],
  [{ type: 'string', minLength: 2 }, '😀', ['it too_short: must have at least 2 characters']],
  [{ type: 'string', pattern: '^a' }, 'ba', ['it pattern: must match ^a']],
  [{ type: 'string', pattern: '^a$' }, 'a\n', ['it pattern: must match ^a$']],
  [{ type: 'string', format: 'date' }, '2025-02-29', ['it format: must be a date, like 2026-01-31']],
  [{ type: 'string', format: 'date' }, '2024-02-29', '2024-02-29'],
  [{ type: 'string' }, null, ['it string_type: must be a string']],
  [{ type: ['string', 'null'] }, null, null],
  [{ type: 'boolean' }, 1, ['it bool_type: must be true or false']],
  [{ type: 'null' }, 0, ['it none_type: must be null']],
  [{ enum: [1, 2] }, true, ['it enum: must be 1 or 2']],
  [{ enum: ['a', 'b', 'c'] }, 'd', ["it enum: must be 'a', 'b' or 'c'"]],
  [{ const: true }, 1, ['it enum: must be true']],
  [{ type: 'array', items: { type: 'null' }, maxItems: 1 }, [1, 2], ['it too_long: must have at most 1 item']],
  [{ type: 'array', items: { type: 'null' }, minItems: 2 }, [1], ['it.0 none_type: must be null']],
  [{ type: 'array', items: { type: 'null' }, minItems: 2 }, [null], ['it too_short: must have at least 2 items']],
  [{ type: 'array', items: { type: 'null' } }, { 0: null }, ['it list_type: must be a list']],
  [
    { type: 'object', additionalProperties: { type: 'integer' } },
    { b: 'x', a: 1 },
    ['it.b int_type: must be an integer'],
  ],
  [{ type: 'object', additionalProperties: true }, { a: [null] }, { a: [null] }],
  [{ type: 'object', properties: {} }, [], ['it dict_type: must be an object']],
  [{ $ref: '#/types/Circle' }, { kind: 'circle' }, { kind: 'circle', size: 1 }],
  [
    { $ref: '#/types/Circle' },
    { size: null, z: 1 },
    [
      'it.kind missing: is missing',
      'it.size float_type: must be a number',
      'it.z extra_forbidden: is not a known property',
    ],
  ],
])('checks %j: %j', (schema, value, expected) => expect(check(schema, value)).toEqual(expected));

it.each<[unknown, string[]]>([
  [{ kind: 'circle' }, []],
  [{}, ['kind missing']],
  [{ kind: 'other' }, ['kind enum']],
  [{ kind: null }, ['kind enum']],
  [{ kind: 'square', size: 1 }, ['size extra_forbidden']],
  ['circle', [' dict_type']],
])('chooses a branch for %j', (value, expected) => {
  const { problems } = checkValue(value, types.get('Shape') as Type, types);
  expect(problems.map(({ loc, type }) => `${loc.join('.')} ${type}`)).toEqual(expected);
});

it('sorts keys by their code points', () => {
  const value = { '\uffee': 1, '😀': 1, 10: 1, 9: 1, a: 1 };
  const { problems } = checkValue(value, { kind: 'object', properties: [], isOpen: false, isNullable: false }, types);
  expect(problems.map(({ loc }) => loc[0])).toEqual(['10', '9', 'a', '\uffee', '😀']);
});
