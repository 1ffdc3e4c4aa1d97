import { expect, it } from 'vitest';
import { readTypes } from '../../../src/core/contract/read-type.ts';
import { sampleOf } from '../../../src/core/contract/sample.ts';
import type { Type } from '../../../src/core/contract/type.ts';

it.each<[object, unknown]>([
  [{ type: 'string' }, 'Customer name'],
  [{ type: 'string', maxLength: 4 }, 'Cust'],
  [{ type: 'string', minLength: 20 }, 'Customer name Custom'],
  [{ type: 'string', examples: ['Ada'] }, 'Ada'],
  [{ type: 'string', default: 'Bob' }, 'Bob'],
  [{ type: 'string', pattern: '^[A-Z]{2}-\\d+$', minLength: 6 }, 'AA-111'],
  [{ type: 'string', pattern: 'x', minLength: 3 }, 'xaa'],
  [{ type: 'string', pattern: '^(?:a|aa){3}$', minLength: 6 }, 'aaaaaa'],
  [{ type: 'string', format: 'date' }, '2026-01-31'],
  [{ enum: ['en', 'fr'] }, 'en'],
  [{ const: 3 }, 3],
  [{ type: 'integer' }, 1],
  [{ type: 'integer', minimum: 5 }, 6],
  [{ type: 'integer', maximum: -5 }, -6],
  [{ type: 'number', exclusiveMinimum: 0, exclusiveMaximum: 0.5 }, 0.25],
  [{ type: ['boolean', 'null'] }, true],
  [{ type: 'array', items: { type: 'integer' }, minItems: 2 }, [1, 1]],
  [{ type: 'array', items: { type: 'integer' }, maxItems: 0 }, []],
  [{ type: 'object', additionalProperties: { type: 'null' } }, { key: null }],
  [{ type: 'object', properties: { page_size: { type: 'string' } } }, { page_size: 'Page size' }],
  [{ type: 'object', properties: {}, additionalProperties: true, examples: [{ other: 1 }] }, {}],
])('makes a sample of %j', (schema, expected) => {
  const root = { name: 'Input', path: ['input'], schema: { type: 'object', properties: { customer_name: schema } } };
  const { types, problems } = readTypes({}, [root]);
  expect(problems).toEqual([]);
  expect(sampleOf(types.get('Input') as Type, types)).toEqual({ customer_name: expected });
});
