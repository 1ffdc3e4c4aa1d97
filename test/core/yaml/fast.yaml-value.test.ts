import { expect, it } from 'vitest';
import { readYaml } from '../../../src/core/yaml/fast.ts';

const cases: [name: string, given: string, want: unknown][] = [
  ['a mapping', 'a: 1\nb: [x, y]\n', { a: 1, b: ['x', 'y'] }],
  ['YAML 1.1 keywords as strings', 'a: on\nb: yes\nc: 12:30\n', { a: 'on', b: 'yes', c: '12:30' }],
  ['a date as a string', 'a: 2026-11-23\n', { a: '2026-11-23' }],
  ['an empty text', '', null],
  ['merge keys as ordinary keys', 'a: &x {b: 1}\nc:\n  <<: *x\n', { a: { b: 1 }, c: { '<<': { b: 1 } } }],
];
it.each(cases)('%s', async (_, given, want) => expect(await readYaml(given)).toEqual(want));

it.each([
  ['a duplicate key', 'a: 1\na: 2\n'],
  ['two documents', 'a: 1\n---\na: 2\n'],
  ['a tag that creates an object', 'a: !!js/function x\n'],
  ['an open bracket', 'a: [1\n'],
])('rejects %s', (_, given) => expect(readYaml(given)).rejects.toThrow());
