import { describe, expect, it } from 'vitest';
import { diffLines } from '../../../src/core/merge/diff.ts';

const show = (before: string, after: string, context?: number) =>
  diffLines(before, after, context).flatMap((hunk) => [`@@ -${hunk.before} +${hunk.after}`, ...hunk.lines]);
const noNewline = '\\ No newline at end of file';

const cases: [name: string, before: string, after: string, want: string[]][] = [
  ['equal', 'a\nb\n', 'a\nb\n', []],
  ['both empty', '', '', []],
  ['everything added', '', 'a\nb\n', ['@@ -0,0 +1,2', '+a', '+b']],
  ['everything removed', 'a\n', '', ['@@ -1,1 +0,0', '-a']],
  ['one line changed', 'a\nb\nc\n', 'a\nB\nc\n', ['@@ -1,3 +1,3', ' a', '-b', '+B', ' c']],
  ['a line added at the start', 'b\n', 'a\nb\n', ['@@ -1,1 +1,2', '+a', ' b']],
  ['a line added at the end', 'a\n', 'a\nb\n', ['@@ -1,1 +1,2', ' a', '+b']],
  ['a final line feed added', 'a\nb', 'a\nb\n', ['@@ -1,2 +1,2', ' a', '-b', noNewline, '+b']],
  ['a final line feed removed', 'a\n', 'a', ['@@ -1,1 +1,1', '-a', '+a', noNewline]],
  ['no final line feed in either', 'a\nz', 'b\nz', ['@@ -1,2 +1,2', '-a', '+b', ' z', noNewline]],
  ['only a line feed', '', '\n', ['@@ -0,0 +1,1', '+']],
  ['line endings changed', 'a\r\n', 'a\n', ['@@ -1,1 +1,1', '-a\r', '+a']],
];
it.each(cases)('%s', (_, before, after, want) => expect(show(before, after)).toEqual(want));

describe('context', () => {
  const numbers = (change: Record<number, string>) =>
    Array.from({ length: 30 }, (_, index) => `${change[index + 1] ?? index + 1}\n`).join('');

  it('keeps three lines around a change', () => {
    expect(show(numbers({}), numbers({ 10: 'ten' }))).toEqual([
      '@@ -7,7 +7,7',
      ' 7',
      ' 8',
      ' 9',
      '-10',
      '+ten',
      ' 11',
      ' 12',
      ' 13',
    ]);
  });

  it('joins changes with adjacent context, and separates others', () => {
    expect(diffLines(numbers({}), numbers({ 10: 'ten', 17: 'x' }))).toHaveLength(1);
    expect(diffLines(numbers({}), numbers({ 10: 'ten', 18: 'x' }))).toHaveLength(2);
  });

  it('without context, gives the line before an insertion', () => {
    expect(show('a\nb\n', 'a\nx\nb\n', 0)).toEqual(['@@ -1,0 +2,1', '+x']);
    expect(show('a\nx\nb\n', 'a\nb\n', 0)).toEqual(['@@ -2,1 +1,0', '-x']);
  });
});

it('finishes for thousands of equal lines', () => {
  const before = Array.from({ length: 5_000 }, (_, index) => (index % 7 === 0 ? `${index}\n` : '\n')).join('');
  const after = Array.from({ length: 5_000 }, (_, index) => (index % 5 === 0 ? `${index}\n` : '\n')).join('');
  const hunks = diffLines(before, after);
  const removed = hunks.flatMap((hunk) => hunk.lines).filter((line) => line.startsWith('-')).length;
  const added = hunks.flatMap((hunk) => hunk.lines).filter((line) => line.startsWith('+')).length;
  expect(added).toBe(removed);
});
