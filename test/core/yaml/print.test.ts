import fc from 'fast-check';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { printEntry, printFlow, printItem } from '../../../src/core/yaml/print.ts';
import { assertProperty, draws } from '../../draws.ts';

it('prints a schema with one property a line, and other values on one line', () => {
  const schema = {
    type: 'object',
    required: ['text', 'no'],
    properties: {
      text: { type: 'string', minLength: 1, default: 'a b' },
      no: { $ref: '#/types/Line' },
      lines: { type: 'array', items: { type: 'object', properties: { size: { type: 'integer' } } } },
    },
  };
  expect(printEntry('input', schema, 0)).toBe(`input:
  type: object
  required: [text, "no"]
  properties:
    text: { type: string, minLength: 1, default: "a b" }
    "no": { $ref: "#/types/Line" }
    lines:
      type: array
      items:
        type: object
        properties:
          size: { type: integer }`);
});

it('prints an item of a list on one line if it fits', () => {
  expect(printItem({ event: 'a.b', payload: { $ref: '#/types/B' } }, 2)).toBe(
    '{ event: a.b, payload: { $ref: "#/types/B" } }',
  );
  expect(printItem({ event: 'a.b', payload: { type: 'object', properties: { x: { type: 'string' } } } }, 2)).toBe(
    'event: a.b\n    payload:\n      type: object\n      properties:\n        x: { type: string }',
  );
  expect(printItem('a.b', 2)).toBe('"a.b"');
});

it('prints a list that is too wide below each other', () => {
  const values = Array.from({ length: 12 }, (_, index) => `value_${index}`);
  expect(printEntry('enum', values, 4)).toMatch(/^enum:\n {6}- "value_0"\n {6}- "value_1"\n/);
});

it.each(['1.1', '1.2'] as const)('prints text that YAML %s reads as the value', async (version) => {
  const string = fc.oneof(
    fc.string({ unit: 'grapheme' }),
    fc.constantFrom('no', 'On', 'null', '~', '1_0', '.nan', 'x:y'),
  );
  const { value } = fc.letrec((tie) => ({
    value: fc.oneof(
      { depthSize: 'medium' },
      fc.oneof(
        string,
        fc.double({ noNaN: true, noDefaultInfinity: true }),
        fc.integer(),
        fc.boolean(),
        fc.constant(null),
      ),
      fc.array(tie('value'), { maxLength: 4 }),
      fc.dictionary(fc.oneof(string, fc.constantFrom('properties', '$ref')), tie('value'), { maxKeys: 4 }),
    ),
  }));
  await assertProperty(
    draws.properties,
    fc.asyncProperty(value, fc.nat(2), async (given, level) => {
      const wanted = JSON.parse(JSON.stringify(given));
      const read = (text: string): unknown => parse(text, { version, uniqueKeys: false });
      const pad = '  '.repeat(level);
      for (const isBlock of [false, true]) {
        const nested = `${pad}a:\n${pad}  ${printEntry('key', wanted, 2 * level + 2, isBlock)}\n${pad}  last: 1\n`;
        expect(read(nested)).toEqual({ a: { key: wanted, last: 1 } });
      }
      expect(read(`list:\n${pad}- ${printItem(wanted, 2 * level)}\n${pad}- 1\n`)).toEqual({ list: [wanted, 1] });
      expect(read(printFlow(wanted))).toEqual(wanted);
    }),
  );
});
