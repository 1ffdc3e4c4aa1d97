import { expect, it } from 'vitest';
import { printNotation, readNotation } from '../../../src/core/contract/notation.ts';
import { readTypes } from '../../../src/core/contract/read-type.ts';

it.each<[string, object]>([
  ['text:string', { required: ['text'], properties: { text: { type: 'string' } } }],
  [
    'text:string(1..200000)',
    { required: ['text'], properties: { text: { type: 'string', minLength: 1, maxLength: 200_000 } } },
  ],
  ['language?:en|fr=en', { properties: { language: { enum: ['en', 'fr'], default: 'en' } } }],
  ['level:1|2|null', { required: ['level'], properties: { level: { enum: [1, 2, null] } } }],
  [
    'lines:Line[](1..)',
    { required: ['lines'], properties: { lines: { type: 'array', items: { $ref: '#/types/Line' }, minItems: 1 } } },
  ],
  [
    'matrix:number[][]',
    {
      required: ['matrix'],
      properties: { matrix: { type: 'array', items: { type: 'array', items: { type: 'number' } } } },
    },
  ],
  ['tags?:(a|b)[]=["a"]', { properties: { tags: { type: 'array', items: { enum: ['a', 'b'] }, default: ['a'] } } }],
  ['note?:string|null=null', { properties: { note: { type: ['string', 'null'], default: null } } }],
  [
    'due?:date at?:date-time',
    { properties: { due: { type: 'string', format: 'date' }, at: { type: 'string', format: 'date-time' } } },
  ],
  ['title?:string="A b"', { properties: { title: { type: 'string', default: 'A b' } } }],
  ['size?:integer(0..100)=20', { properties: { size: { type: 'integer', minimum: 0, maximum: 100, default: 20 } } }],
  ['more?:object', { properties: { more: { type: 'object', additionalProperties: true } } }],
  [
    'url?:uri=https://example.com/?a=b',
    { properties: { url: { type: 'string', format: 'uri', default: 'https://example.com/?a=b' } } },
  ],
])('reads %s and prints it again', (text, schema) => {
  const read = readNotation(text);
  expect(read).toEqual({ ok: true, schema: { type: 'object', ...schema } });
  const { types, problems } = readTypes({ Line: { type: 'object', properties: {} } }, [
    { name: 'Input', path: ['input'], schema: read.ok && read.schema },
  ]);
  expect(problems).toEqual([]);
  const type = types.get('Input');
  const printed = type?.kind === 'object' ? printNotation(type) : undefined;
  expect(readNotation(printed ?? '')).toEqual(read);
});

it.each<[string, string]>([
  ['', 'there are no fields'],
  ['text', 'text has no type'],
  ['text:', 'text: has no type'],
  ['text:strng', 'text:strng: strng is not a type'],
  ['text:string|', 'text:string|: string| is not a type'],
  ['text:Line|null', 'a named type cannot be combined with null'],
  ['Text:string', 'the name Text must be snake_case'],
  ['a:string a:string', 'a is there twice'],
  ['a:string(1)', '(1) is not a range'],
  ['a:boolean(1..2)', 'boolean(1..2) is not a type'],
  ['a:integer=x', 'the default x is not an integer'],
  ['a:string[]=x', 'the default x is not JSON'],
])('refuses %s', (text, message) => {
  const read = readNotation(text);
  expect(read.ok ? 'accepted' : read.message).toContain(message);
});

it.each<[string, object]>([
  ['a pattern', { type: 'string', pattern: 'a' }],
  ['an object', { type: 'object', properties: {} }],
  ['a description', { type: 'string', description: 'A text' }],
  ['a value that is no word', { enum: ['a b', 'c'] }],
  ['digits as strings', { enum: ['1', '2'] }],
  ['an exclusive limit', { type: 'number', exclusiveMinimum: 0 }],
])('does not print %s', (_, schema) => {
  const { types } = readTypes({}, [
    { name: 'Input', path: [], schema: { type: 'object', properties: { it: schema } } },
  ]);
  const type = types.get('Input');
  expect(type?.kind === 'object' ? printNotation(type) : '').toBeUndefined();
});
