import { expect, it } from 'vitest';
import { readTypes } from '../../../src/core/contract/read-type.ts';
import { toOpenApi } from '../../../src/core/contract/to-openapi.ts';
import type { Type } from '../../../src/core/contract/type.ts';
import { Draw } from '../pack/random-manifest.ts';
import { randomTypes } from './random-types.ts';

it('prints the keywords with what they mean when absent', () => {
  const { types } = readTypes(
    {
      A: { type: 'object', required: ['kind'], properties: { kind: { const: 'a' } } },
      B: { type: 'object', required: ['kind'], properties: { kind: { const: 'b' } } },
    },
    [
      {
        name: 'Input',
        path: ['input'],
        schema: {
          type: 'object',
          required: ['text'],
          properties: {
            text: { type: ['string', 'null'], minLength: 1, pattern: '\\d', description: 'A text' },
            count: { type: 'integer', minimum: 1, default: 2 },
            choice: { enum: [1, null] },
            shape: { oneOf: [{ $ref: '#/types/A' }, { $ref: '#/types/B' }], discriminator: { propertyName: 'kind' } },
            any: { type: 'object', additionalProperties: true },
          },
        },
      },
    ],
  );
  expect(toOpenApi(types.get('Input') as Type, types, '#/components/schemas/')).toEqual({
    type: 'object',
    required: ['text'],
    properties: {
      text: { type: ['string', 'null'], minLength: 1, pattern: '[0-9]', description: 'A text' },
      count: { type: 'integer', minimum: 1, maximum: Number.MAX_SAFE_INTEGER, default: 2 },
      choice: { type: ['integer', 'null'], enum: [1, null] },
      shape: {
        oneOf: [{ $ref: '#/components/schemas/A' }, { $ref: '#/components/schemas/B' }],
        discriminator: {
          propertyName: 'kind',
          mapping: { a: '#/components/schemas/A', b: '#/components/schemas/B' },
        },
      },
      any: { type: 'object', additionalProperties: true },
    },
    additionalProperties: false,
  });
});

it('prints schemas that are read back as the same types', () => {
  for (let seed = 1; seed <= 50; seed += 1) {
    const { types } = randomTypes(new Draw(seed));
    const printed = [...types].map(([name, type]) => {
      const schema = JSON.parse(JSON.stringify(toOpenApi(type, types, '#/types/')), (key, value) => {
        if (key !== 'discriminator') return value;
        return { propertyName: value.propertyName };
      });
      return [name, schema] as const;
    });
    const root = { name: 'Input', path: ['input'], schema: Object.fromEntries(printed).Input };
    const again = readTypes(Object.fromEntries(printed.filter(([name]) => name !== 'Input')), [root]);
    expect(again.problems).toEqual([]);
    for (const [name, type] of types)
      expect(toOpenApi(again.types.get(name) as Type, again.types, '')).toEqual(toOpenApi(type, types, ''));
  }
});
