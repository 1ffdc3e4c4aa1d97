import { describe, expect, it } from 'vitest';
import { parseYaml } from '../../../src/core/yaml/exact.ts';

const at = (range: { start: { line: number; column: number }; end: { line: number; column: number } }) =>
  `${range.start.line}:${range.start.column}-${range.end.line}:${range.end.column}`;

const values: [name: string, given: string, want: unknown][] = [
  ['a mapping', 'a: 1\nb:\n  - x\n  - "y"\n', { a: 1, b: ['x', 'y'] }],
  ['an empty text', '', undefined],
  ['only comments', '# nothing\n', undefined],
  ['a byte order mark', '\ufeffa: 1\n', { a: 1 }],
  ['Windows line endings', 'a: 1\r\nb: |\r\n  x\r\n  y\r\n', { a: 1, b: 'x\ny\n' }],
  ['YAML 1.1 keywords as strings', 'a: on\nb: no\nc: 1_000\n', { a: 'on', b: 'no', c: '1_000' }],
  ['a few aliases', 'a: &x [1]\nb: *x\n', { a: [1], b: [1] }],
  ['keys that are not strings', '1: a\ntrue: b\n', { 1: 'a', true: 'b' }],
  ['a document with document markers', '---\na: 1\n...\n', { a: 1 }],
];
it.each(values)('reads %s', async (_, given, want) => {
  const { value, problems } = await parseYaml(given);
  expect(problems).toEqual([]);
  expect(value).toEqual(want);
});

const bomb = `a: &a [x, x, x, x, x, x, x, x, x]\n${[...'bcdefgh']
  .map((name, index) => `${name}: &${name} [${Array(9).fill(`*${'abcdefg'[index]}`).join(', ')}]\n`)
  .join('')}`;

const invalid: [name: string, given: string, place: string, message: string][] = [
  ['a tab as indentation', 'a:\n\tb: 1\n', '2:1-2:2', 'tabs are not allowed as indentation'],
  ['a duplicate key', 'a: 1\nb: 2\na: 3\n', '3:1-3:2', 'duplicate key a, first defined on line 1'],
  ['the same key, quoted', 'a: {b: 1, "b": 2}\n', '1:11-1:14', 'duplicate key b, first defined on line 1'],
  ['the key __proto__', 'a:\n  __proto__: {b: 1}\n', '2:3-2:12', '__proto__ is not allowed'],
  ['two documents', 'a: 1\n---\na: 2\n', '2:1-2:2', 'a second document starts here, but a manifest is one document'],
  ['an open bracket', 'a: [1, 2\nb: 3\n', '2:1-2:2', 'sufficiently indented'],
  ['an open quote', 'a: "x\n', '1:4-1:5', 'missing closing'],
  ['an open quote, Windows', 'b: 1\r\na: "x\r\n', '2:4-2:5', 'missing closing'],
  ['a problem behind a byte order mark', '\ufeffa: @x\n', '1:4-1:5', 'reserved character @'],
  ['a bad escape', 'a: "\\z"\n', '1:5-1:6', 'invalid escape sequence'],
  ['wrong indentation', 'a:\n  b: 1\n c: 2\n', '3:1-3:2', 'same column'],
  ['an unknown tag', 'a: !js x\n', '1:4-1:7', 'unresolved tag'],
  ['bytes', 'a: !!binary aGk=\n', '1:4-1:12', 'unresolved tag'],
  ['an undefined alias', 'a: 1\nb: *x\n', '2:4-2:6', 'there is no anchor &x before this alias'],
  ['an alias bomb', bomb, '2:8-2:10', 'at most 100'],
  ['deeply nested brackets', '['.repeat(20_000), '1:101-1:102', 'more than 100 levels deep'],
  ['deeply nested dashes', '- '.repeat(20_000), '1:201-1:202', 'more than 100 levels deep'],
];
it.each(invalid)('reports %s and its position', async (_, given, place, message) => {
  const { value, problems } = await parseYaml(given);
  const isReadable = problems.every(({ rule }) => rule === 'duplicate-key' || rule === 'several-documents');
  expect(value === undefined).toBe(!isReadable);
  expect(problems[0]?.message).toContain(message);
  expect(problems[0] && at(problems[0].range)).toBe(place);
});

it('reports several problems at once', async () => {
  const { problems } = await parseYaml('a: 1\na: 2\nb: !x 1\nc: *y\n');
  expect(problems.map((problem) => problem.range.start.line).sort()).toEqual([2, 3, 4]);
});

it('reads sixty thousand keys within the timeout', async () => {
  const keys = Array.from({ length: 60_000 }, (_, index) => `k${index}: 1`).join('\n');
  const { problems } = await parseYaml(`${keys}\nk0: 2\n`);
  expect(problems).toHaveLength(1);
});

describe('rangeOf', () => {
  const text = 'name: a\nresources:\n  cpu: "1"\n  memory:\nlist:\n  - x\n  - {k: v}\nbase: &b {p: 1}\ncopy: *b\n';
  const places: [path: (string | number)[], at: 'key' | 'value', want: string][] = [
    [['name'], 'key', '1:1-1:5'],
    [['name'], 'value', '1:7-1:8'],
    [['resources', 'cpu'], 'key', '3:3-3:6'],
    [['resources', 'cpu'], 'value', '3:8-3:11'],
    [['list', 0], 'value', '6:5-6:6'],
    [['list', 1, 'k'], 'value', '7:9-7:10'],
    [['copy', 'p'], 'value', '8:14-8:15'],
    [['resources', 'missing'], 'key', '3:3-4:10'],
    [['list', 1, 'k', 'deeper'], 'value', '7:9-7:10'],
    [['missing'], 'key', '1:1-1:1'],
    [[], 'value', '1:1-1:1'],
  ];
  it.each(places)('%j, its %s', async (path, which, want) => {
    expect(at((await parseYaml(text)).rangeOf(path, which))).toBe(want);
  });

  it('returns the start of an empty text', async () => {
    expect(at((await parseYaml('')).rangeOf(['a'], 'value'))).toBe('1:1-1:1');
  });
});
