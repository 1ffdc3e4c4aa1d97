import { expect, it } from 'vitest';
import { readTypes } from '../../../src/core/contract/read-type.ts';
import { summaryOf, summaryText } from '../../../src/core/contract/summary.ts';
import type { Type } from '../../../src/core/contract/type.ts';

it('has a line for each property', () => {
  const schema = {
    type: 'object',
    required: ['text', 'lines'],
    properties: {
      text: { type: 'string', minLength: 1, maxLength: 200_000, description: 'What to read' },
      language: { enum: ['en', 'fr'], default: 'en' },
      level: { enum: [1, 2, null] },
      lines: { type: 'array', items: { $ref: '#/types/Line' }, minItems: 1 },
      tags: { type: 'array', items: { type: 'string', maxLength: 1 }, maxItems: 3, default: [] },
      price: { type: ['number', 'null'], exclusiveMinimum: 0 },
      share: { type: 'integer', minimum: 0, maximum: 100 },
      due: { type: 'string', format: 'date' },
      code: { type: 'string', minLength: 2, maxLength: 2, pattern: '^[A-Z]' },
      address: { type: 'object', required: ['city'], properties: { city: { type: 'string' } } },
      parts: { type: 'array', items: { type: 'object', properties: { ok: { const: true } } } },
      prices: { type: 'object', additionalProperties: { type: 'number' } },
      more: { type: 'object', additionalProperties: true },
    },
  };
  const { types } = readTypes({ Line: { type: 'object', properties: {} } }, [{ name: 'Input', path: [], schema }]);
  expect(summaryOf(types.get('Input') as Type).map(summaryText)).toEqual([
    'text: string, 1 to 200,000 characters (What to read)',
    'language?: en or fr, default en',
    'level?: 1 or 2 or null',
    'lines: list of Line, at least 1 item',
    'tags?: list of string, at most 3 items, each at most 1 character, default []',
    'price?: number or null, more than 0',
    'share?: integer, 0 to 100',
    'due?: date',
    'code?: string, exactly 2 characters, matches ^[A-Z]',
    'address?: object',
    'address.city: string',
    'parts?: list of object',
    'parts[].ok?: true',
    'prices?: object with values of type number',
    'more?: any object',
  ]);
});
