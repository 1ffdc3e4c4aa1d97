import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse as readYaml } from 'yaml';
import { readNotation } from '../../../src/core/contract/notation.ts';
import { type Addition, addEntry } from '../../../src/core/manifest/add-entry.ts';
import { assertProperty, draws } from '../../draws.ts';

const fields = (text: string): Record<string, unknown> => {
  const read = readNotation(text);
  if (!read.ok) throw new Error(read.message);
  return read.schema;
};
const input = (text: string): Addition => ({ list: 'input', schema: fields(text) });
const type = (key: string, text: string): Addition => ({ list: 'types', key, schema: fields(text) });
const payload = (event: string, text: string): Addition => ({ list: 'payload', event, schema: fields(text) });

const textField = 'input:\n  type: object\n  required: [text]\n  properties:\n    text: { type: string }\n';

it.each<[name: string, text: string, addition: Addition, want: string]>([
  [
    'a first field, between sections',
    'name: ocr\n\n# Below the prefix.\nendpoints: []\n',
    input('text:string'),
    `name: ocr\n\n${textField}\n# Below the prefix.\nendpoints: []\n`,
  ],
  ['a first field, in place of nothing', 'input:\nz: 1\n', input('text:string'), `${textField}z: 1\n`],
  [
    'a further field',
    `${textField}z: 1\n`,
    input('size:integer language?:en|fr=en'),
    'input:\n  type: object\n  required: [text, size]\n  properties:\n    text: { type: string }\n' +
      '    size: { type: integer }\n    language: { enum: [en, fr], default: en }\nz: 1\n',
  ],
  [
    'a further field, between comments',
    'input:\n  type: object\n  properties: # all of them\n    text: { type: string } # the text\n\n# next\nz: 1\n',
    input('size:integer'),
    'input:\n  type: object\n  required: [size]\n  properties: # all of them\n    text: { type: string } # the text\n' +
      '    size: { type: integer }\n\n# next\nz: 1\n',
  ],
  [
    'a field of a schema in braces',
    'input: { type: object, required: [text], properties: { text: { type: string } } } # x\n',
    input('size?:integer(1..)'),
    'input: { type: object, required: [text], properties: { text: { type: string }, size: { type: integer, minimum: 1 } } } # x\n',
  ],
  [
    'a required field of a list below each other',
    'input:\n  type: object\n  required:\n    - text # always\n  properties:\n    text:\n      type: string\n',
    input('size:integer'),
    'input:\n  type: object\n  required:\n    - text # always\n    - "size"\n  properties:\n    text:\n      type: string\n    size: { type: integer }\n',
  ],
  [
    'a field of the type that input refers to',
    'types:\n  Page:\n    type: object\n    properties:\n      text: { type: string }\ninput: { $ref: "#/types/Page" }\n',
    input('size?:integer'),
    'types:\n  Page:\n    type: object\n    properties:\n      text: { type: string }\n      size: { type: integer }\ninput: { $ref: "#/types/Page" }\n',
  ],
  [
    'nested objects, over several lines',
    'name: ocr\n',
    {
      list: 'output',
      schema: { type: 'object', properties: { lines: { type: 'array', items: fields('text:string') } } },
    },
    'name: ocr\noutput:\n  type: object\n  properties:\n    lines:\n      type: array\n      items:\n        type: object\n        required: [text]\n        properties:\n          text: { type: string }\n',
  ],
  [
    'a type, and keeps the order of types',
    'types:\n  Line: { type: string }\n\nendpoints: []\n',
    type('Amount', 'value:number'),
    'types:\n  Line: { type: string }\n  Amount:\n    type: object\n    required: [value]\n    properties:\n      value: { type: number }\n\nendpoints: []\n',
  ],
  [
    'a payload of an event without one, with its quotes and comment',
    'events_emitted:\n  - "a.started"\n  - \'a.approved\' # soon\n  - a.z\n',
    payload('a.approved', 'id:uuid'),
    'events_emitted:\n  - "a.started"\n  - event: \'a.approved\' # soon\n    payload:\n      type: object\n      required: [id]\n      properties:\n        id: { type: string, format: uuid }\n  - a.z\n',
  ],
  [
    'a payload that refers to a type, on one line',
    'events_subscribed:\n- a.approved\n',
    { list: 'payload', event: 'a.approved', schema: { $ref: '#/types/Approval' } },
    'events_subscribed:\n- { event: a.approved, payload: { $ref: "#/types/Approval" } }\n',
  ],
  [
    'a payload in brackets',
    'events_emitted: [a.x, "a.y"]\n',
    payload('a.y', 'id:uuid'),
    'events_emitted: [a.x, { event: "a.y", payload: { type: object, required: [id], properties: { id: { type: string, format: uuid } } } }]\n',
  ],
  [
    'a field of a payload',
    'events_emitted:\n  - event: a.y\n    payload: { type: object, properties: { id: { type: string } } }\n',
    payload('a.y', 'at?:date'),
    'events_emitted:\n  - event: a.y\n    payload: { type: object, properties: { id: { type: string }, at: { type: string, format: date } } }\n',
  ],
  [
    'a new event with its payload',
    'events_emitted:\n  - "a.c"\n',
    { list: 'events_emitted', entry: 'a.b', more: { payload: { $ref: '#/types/B' } } },
    'events_emitted:\n  - { event: a.b, payload: { $ref: "#/types/B" } }\n  - "a.c"\n',
  ],
  [
    'types of an endpoint, in its long form',
    'endpoints:\n  - "POST /preview"\n  - "GET /list"\n',
    {
      list: 'endpoints',
      entry: 'POST /preview',
      more: { input: fields('text:string'), permission: 'ocr:read', summary: 'Shows a page.' },
    },
    'endpoints:\n  - endpoint: "POST /preview"\n    input:\n      type: object\n      required: [text]\n      properties:\n        text: { type: string }\n    permission: "ocr:read"\n    summary: "Shows a page."\n  - "GET /list"\n',
  ],
  [
    'a summary of an endpoint in its long form',
    'endpoints:\n  - endpoint: "POST /preview" # x\n    input: { $ref: "#/types/Page" }\nz: 1\n',
    { list: 'endpoints', entry: 'POST /preview', more: { output: { $ref: '#/types/Page' }, summary: 'Shows.' } },
    'endpoints:\n  - endpoint: "POST /preview" # x\n    input: { $ref: "#/types/Page" }\n    output: { $ref: "#/types/Page" }\n    summary: Shows.\nz: 1\n',
  ],
  [
    'with CRLF',
    'name: ocr\r\nendpoints:\r\n  - "POST /a"\r\n',
    input('text:string'),
    `name: ocr\r\n${textField.replaceAll('\n', '\r\n')}endpoints:\r\n  - "POST /a"\r\n`,
  ],
])('adds %s', async (_, text, addition, want) => {
  expect(await addEntry(text, addition)).toEqual({ text: want });
  expect(await addEntry(want, addition)).toEqual({ text: want });
});

describe('refuses', () => {
  it.each<[name: string, text: string, addition: Addition, reason: string]>([
    ['a field with another type', textField, input('text:integer'), 'text is already in input, as {"type":"string"}'],
    [
      'a field that is required already',
      textField,
      input('text?:string'),
      'text is already in input, as {"type":"string"}',
    ],
    [
      'fields of any object',
      'input: { type: object, additionalProperties: true }\n',
      input('text:string'),
      'input is already declared, as {"type":"object","additionalProperties":true}',
    ],
    [
      'a type with another schema',
      'types: { Line: { type: string } }\n',
      type('Line', 'a:string'),
      'Line is already declared',
    ],
    [
      'a payload of an unknown event',
      'events_emitted: [a.b]\n',
      payload('a.c', 'id:uuid'),
      'a.c is neither in events_emitted',
    ],
    [
      'another permission',
      'endpoints: [{ endpoint: POST /a, permission: "a:read" }]\n',
      { list: 'endpoints', entry: 'POST /a', more: { permission: 'a:write' } },
      'the permission of POST /a is already "a:read"',
    ],
  ])('%s', async (_, text, addition, reason) => {
    expect(await addEntry(text, addition)).toMatchObject({ reason: expect.stringContaining(reason) });
  });

  it.each<[name: string, text: string]>([
    ['an alias', 'a: &a { type: object, properties: { x: { type: string } } }\ninput: *a\n'],
    ['a value that is no schema', 'input: [1]\n'],
    ['no YAML', 'input: ['],
  ])('%s', async (_, text) => {
    expect(await addEntry(text, input('text:string'))).not.toHaveProperty('text');
  });
});

it('adds fields one by one, in any style, without changing other lines', async () => {
  const field = fc.tuple(
    fc.stringMatching(/^[a-z][a-z0-9_]{0,8}$/),
    fc.constantFrom(
      ':string',
      '?:integer=3',
      ':Line[](1..)',
      '?:en|fr=en',
      ':number(0..1)',
      '?:object',
      '?:string|null="#"',
    ),
  );
  const all = fc.uniqueArray(field, { minLength: 1, maxLength: 6, selector: ([name]) => name });
  const starts = fc.constantFrom(
    '',
    'input:\n',
    'input: {}\n',
    'input: { type: object, properties: { "0": { type: string } } }\n',
    'input: { type: object,\n  properties: {\n    "0": { type: string }, # x\n  },\n}\n',
    'input:\n    # first\n    properties:\n        "0":\n            type: string # y\n    # then\n    type: object\n',
  );
  await assertProperty(
    draws.properties,
    fc.asyncProperty(all, starts, async (drawn, start) => {
      const frame = ['# head\nname: x # y\n', '\n# tail\nendpoints: []\n'] as const;
      let text = frame.join(start);
      for (const [name, rest] of drawn) {
        const result = await addEntry(text, input(`${name}${rest}`));
        if (!('text' in result)) throw new Error(JSON.stringify(result));
        text = result.text;
      }
      const whole = fields(drawn.map((parts) => parts.join('')).join(' ')) as {
        properties: object;
        required?: string[];
      };
      const { input: read } = readYaml(text) as { input: { properties: object; required?: string[] } };
      const { '0': _, ...properties } = read.properties as Record<string, object>;
      expect([properties, read.required]).toEqual([whole.properties, whole.required]);
      expect(Object.keys(properties)).toEqual(drawn.map(([name]) => name));
      for (const line of frame.join(start).split('\n'))
        if (!line.startsWith('input:')) expect(text.split('\n')).toContain(line);
    }),
  );
});
