import { expect, it } from 'vitest';
import { declarationsOf } from '../../../src/core/contract/declarations.ts';
import { readTypes } from '../../../src/core/contract/read-type.ts';

const object = (properties: object): object => ({ type: 'object', properties });
const namesOf = (declared: object, input: object): string[] => {
  const { types, problems } = readTypes(declared, [{ name: 'Input', path: ['input'], schema: input }]);
  expect(problems).toEqual([]);
  return [...declarationsOf(types).keys()];
};

it('names objects by their place, before what uses them', () => {
  const line = object({ unit_price: object({}) });
  const input = object({
    lines: { type: 'array', items: line },
    prices: { type: 'object', additionalProperties: object({}) },
  });
  expect(namesOf({}, input)).toEqual(['InputLinesItemUnitPrice', 'InputLinesItem', 'InputPricesValue', 'Input']);
});

it('declares types before those that use them', () => {
  expect(namesOf({ A: { type: 'array', items: { $ref: '#/types/B' } }, B: object({}) }, object({}))).toEqual([
    'B',
    'A',
    'Input',
  ]);
});

it('chooses another name if one is taken or reserved', () => {
  expect(namesOf({ InputLine: { type: 'null' } }, object({ line: object({}) }))).toEqual([
    'InputLine',
    'InputLine2',
    'Input',
  ]);
  expect(namesOf({ Value: object({ error: object({}) }) }, object({}))).toEqual(['ValueError2', 'Value', 'Input']);
});

it('shortens long names', () => {
  const [name = ''] = namesOf({}, object({ ['a'.repeat(64)]: object({}) }));
  expect(name).toHaveLength(64);
});

it('separates a nullable object from null', () => {
  expect(namesOf({ Line: { type: ['object', 'null'], properties: {} } }, object({}))).toEqual([
    'LineValue',
    'Line',
    'Input',
  ]);
});
