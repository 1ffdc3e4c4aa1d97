import { expect, it } from 'vitest';
import type { RelPath } from '../../../src/core/text/rel-path.ts';
import { sameContent, sameFile, sortedPaths, textFile } from '../../../src/core/tree/tree.ts';

const bytes = (...values: number[]) => Uint8Array.from(values);

const pairs: [name: string, a: string | Uint8Array, b: string | Uint8Array, want: boolean][] = [
  ['equal texts', 'a', 'a', true],
  ['other texts', 'a', 'b', false],
  ['equal bytes', bytes(1, 2), bytes(1, 2), true],
  ['other bytes', bytes(1, 2), bytes(1, 3), false],
  ['fewer bytes', bytes(1), bytes(1, 2), false],
  ['no bytes', bytes(), bytes(), true],
  ['a text and its bytes', 'a', bytes(97), false],
];
it.each(pairs)('%s', (_, a, b, want) => {
  expect(sameContent(a, b)).toBe(want);
  expect(sameContent(b, a)).toBe(want);
});

it('two files are the same when mode and content are', () => {
  expect(sameFile(textFile('a'), textFile('a'))).toBe(true);
  expect(sameFile(textFile('a'), textFile('a', 0o755))).toBe(false);
  expect(sameFile(textFile('a'), textFile('b'))).toBe(false);
});

it('sorts paths by code units, whatever the locale', () => {
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
