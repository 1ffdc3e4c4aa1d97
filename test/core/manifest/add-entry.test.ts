import fc from 'fast-check';
import { expect, it } from 'vitest';
import { parse as readYaml } from 'yaml';
import { type Addition, addEntry } from '../../../src/core/manifest/add-entry.ts';
import { assertProperty, draws } from '../../draws.ts';

const emit = (entry: string): Addition => ({ list: 'events_emitted', entry });
const set = (key: string, value: unknown): Addition => ({ list: 'configuration', key, value });

const cases: [name: string, text: string, addition: Addition, want: string | undefined][] = [
  [
    'sorted',
    'events_emitted:\n  - a.a\n  - a.c\nx: 1\n',
    emit('a.b'),
    'events_emitted:\n  - a.a\n  - "a.b"\n  - a.c\nx: 1\n',
  ],
  ['last', 'events_emitted:\n  - a.a\n\nx: 1\n', emit('a.b'), 'events_emitted:\n  - a.a\n  - "a.b"\n\nx: 1\n'],
  [
    'above the comment of the next',
    'events_emitted:\n  - a.a\n  # about c\n  - a.c\n',
    emit('a.b'),
    'events_emitted:\n  - a.a\n  - "a.b"\n  # about c\n  - a.c\n',
  ],
  ['not indented', 'events_emitted:\n- a.a\nx: 1\n', emit('a.b'), 'events_emitted:\n- a.a\n- "a.b"\nx: 1\n'],
  ['an empty list', 'events_emitted: [] # none\nx: 1\n', emit('a.b'), 'events_emitted: # none\n  - "a.b"\nx: 1\n'],
  ['no value', 'events_emitted:\nx: 1\n', emit('a.b'), 'events_emitted:\n  - "a.b"\nx: 1\n'],
  ['a missing key', 'x: 1', emit('a.b'), 'x: 1\nevents_emitted:\n  - "a.b"\n'],
  [
    'a missing key, in the usual order of keys',
    'name: ocr\n\n# what it needs\nresources: {}\nconfiguration: {}\n',
    emit('a.b'),
    'name: ocr\n\nevents_emitted:\n  - "a.b"\n\n# what it needs\nresources: {}\nconfiguration: {}\n',
  ],
  [
    'CRLF',
    'events_emitted:\r\n  - a.a\r\nx: 1\r\n',
    emit('a.b'),
    'events_emitted:\r\n  - a.a\r\n  - "a.b"\r\nx: 1\r\n',
  ],
  ['no final line feed', 'events_emitted:\n  - a.a', emit('a.b'), 'events_emitted:\n  - a.a\n  - "a.b"\n'],
  ['an existing entry', 'events_emitted:\n  - a.b\n', emit('a.b'), 'events_emitted:\n  - a.b\n'],
  ['in brackets', 'events_emitted: [a.a, a.c] # x\n', emit('a.b'), 'events_emitted: [a.a, a.b, a.c] # x\n'],
  ['in brackets, last', 'events_emitted: [ "a.a" ]\nz: 1\n', emit('a.b'), 'events_emitted: [ "a.a", a.b ]\nz: 1\n'],
  [
    'in brackets of several lines',
    'events_emitted: [\n  "a.a", # ]\n  \'a.c\',\n]\n',
    emit('a.b'),
    'events_emitted: [\n  "a.a", # ]\n  a.b,\n  \'a.c\',\n]\n',
  ],
  [
    'in brackets of several lines, last',
    'events_emitted: [\n  a.a,\n  a.b,\n]\n',
    emit('a.c'),
    'events_emitted: [\n  a.a,\n  a.b,\n  a.c,\n]\n',
  ],
  [
    'a setting in braces',
    'configuration: {a: {type: string, enum: [x, "}"]}, z: 1}\n',
    set('b', 2),
    'configuration: {a: {type: string, enum: [x, "}"]}, b: 2, z: 1}\n',
  ],
  ['a list of another key', 'events_emitted: *other\n', emit('a.b'), undefined],
  [
    'an endpoint keeps the order',
    'endpoints:\n  - POST /z\n  - GET /a\n',
    { list: 'endpoints', entry: 'GET /b' },
    'endpoints:\n  - POST /z\n  - GET /a\n  - "GET /b"\n',
  ],
  [
    'a setting',
    'configuration:\n  b: 1\n  d:\n    type: string\n',
    set('c', 5),
    'configuration:\n  b: 1\n  c: 5\n  d:\n    type: string\n',
  ],
  [
    'a setting after one in the long form',
    'configuration:\n  b:\n    type: string # x\n    default: y\nz: 1\n',
    set('c', { type: 'integer', minimum: 1 }),
    'configuration:\n  b:\n    type: string # x\n    default: y\n  c: { type: integer, minimum: 1 }\nz: 1\n',
  ],
  ['a setting that has another value', 'configuration:\n  c: 1\n', set('c', 5), undefined],
  ['no YAML', 'a: [', emit('a.b'), undefined],
];
const added = async (text: string, addition: Addition): Promise<string | undefined> => {
  const result = await addEntry(text, addition);
  return 'text' in result ? result.text : undefined;
};

it.each(cases)('%s', async (_, text, addition, want) => expect(await added(text, addition)).toBe(want));

it('adds any entry in any order, without changing other lines', async () => {
  const words = fc.uniqueArray(fc.stringMatching(/^[a-z]{1,6}\.[a-z]{1,6}$/), { maxLength: 8 });
  return assertProperty(
    draws.properties,
    fc.asyncProperty(words, async (entries) => {
      const start = '# head\nname: x # y\nevents_emitted: []\nlast: "é"\n';
      let text = start;
      for (const entry of entries) text = (await added(text, emit(entry))) as string;
      expect((readYaml(text) as { events_emitted: string[] | null }).events_emitted ?? []).toEqual([...entries].sort());
      expect(text.split('\n').filter((line) => !line.startsWith('  - ') && !line.startsWith('events'))).toEqual([
        '# head',
        'name: x # y',
        'last: "é"',
        '',
      ]);
    }),
  );
});
