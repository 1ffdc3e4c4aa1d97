import { expect, it } from 'vitest';
import type { RelPath } from '../../../src/core/tree/rel-path.ts';
import { sameContent, sameFile, sortedPaths, textFile, withExistingEndings } from '../../../src/core/tree/tree.ts';

const bytes = (...values: number[]) => Uint8Array.from(values);

const pairs: [name: string, a: string | Uint8Array, b: string | Uint8Array, want: boolean][] = [
  ['equal texts', 'a', 'a', true],
  ['other texts', 'a', 'b', false],
  ['equal bytes', bytes(1, 2), bytes(1, 2), true],
  ['other bytes', bytes(1, 2), bytes(1, 3), false],
  ['fewer bytes', bytes(1), bytes(1, 2), false],
  ['no bytes', bytes(), bytes(), true],
  ['a text and its bytes', 'a', bytes(97), false],
  ['other line endings', 'a\nb\n', 'a\r\nb\r\n', true],
  ['line endings of both kinds', 'a\r\nb\n', 'a\nb\r\n', true],
  ['other line endings and a blank line', 'a\nb\n', 'a\r\n\r\nb\r\n', false],
  ['a carriage return inside a line', 'a\rb\n', 'a\nb\n', false],
  ['a carriage return at the end', 'a\r', 'a', false],
  ['no final line feed', 'a\r\nb', 'a\nb\n', false],
  ['other line endings of Latin-1', bytes(0xe9, 10), bytes(0xe9, 13, 10), true],
  ['carriage returns in binary content', 'a\u0000\n', 'a\u0000\r\n', false],
  ['carriage returns in bytes that are not text', bytes(0xe9, 0, 10), bytes(0xe9, 0, 13, 10), false],
];
it.each(pairs)('%s', (_, a, b, want) => {
  expect(sameContent(a, b)).toBe(want);
  expect(sameContent(b, a)).toBe(want);
});

it('files are equal if mode and content are', () => {
  expect(sameFile(textFile('a'), textFile('a'))).toBe(true);
  expect(sameFile(textFile('a'), textFile('a', 0o755))).toBe(false);
  expect(sameFile(textFile('a'), textFile('b'))).toBe(false);
});

it.each([
  ['equal text is unchanged', 'a\r\nb\n', 'a\nb\n', 'a\r\nb\n'],
  ['changed text gets the existing endings', 'a\r\nb\r\n', 'a\nc\n', 'a\r\nc\r\n'],
  ['bytes that are not UTF-8 are unchanged', 'a\r\n', bytes(0xe9, 10), bytes(0xe9, 10)],
])('over an existing file, %s', (_, there, content, want) => {
  expect(withExistingEndings(textFile(there), { content, mode: 0o755 })).toEqual({ content: want, mode: 0o755 });
});

it('sorts paths by code units in every locale', () => {
  const paths = ['b', 'B', 'a/b', 'a-b', 'a', 'é', 'z', '_'] as RelPath[];
  expect(sortedPaths(new Map(paths.map((path) => [path, textFile('')])))).toEqual([
    'B',
    '_',
    'a',
    'a-b',
    'a/b',
    'b',
    'z',
    'é',
  ]);
});
