import { describe, expect, it } from 'vitest';
import { isFailure } from '../../../src/core/failure.ts';
import { folderOf, invalidPathReason, joinPath, relativeTo, relPath } from '../../../src/core/tree/rel-path.ts';

describe('relPath', () => {
  const good = [
    'a',
    'a/b/c.ts',
    '.gitignore',
    '.ai-module/lock.yaml',
    'a b.md',
    'é/日本.txt',
    '..a',
    'a..b',
    'x'.repeat(255),
    'console.ts',
    'com.ts',
    '.github/x',
    'git/x',
  ];
  it.each(good)('accepts %s', (path) => expect(relPath(path)).toBe(path));

  const bad: [given: string, reason: string][] = [
    ['', 'it is empty'],
    ['/etc/passwd', 'it is absolute'],
    ['C:/x', 'it is absolute'],
    ['c:x', 'it is absolute'],
    ['//server/share', 'it is absolute'],
    ['..', 'the segment ..'],
    ['../x', 'the segment ..'],
    ['a/../../b', 'the segment ..'],
    ['a/..', 'the segment ..'],
    ['./a', 'the segment .'],
    ['a//b', 'empty segment'],
    ['a/', 'empty segment'],
    ['a\\..\\b', 'illegal'],
    ['\\\\server\\share', 'illegal'],
    ['ab:stream', 'illegal'],
    ['a\u0000b', 'illegal'],
    ['a\nb', 'illegal'],
    ['a?', 'illegal'],
    ['a*', 'illegal'],
    ['"a"', 'illegal'],
    ['a<b', 'illegal'],
    ['a|b', 'illegal'],
    ['a\ud800b', 'illegal'],
    ['a.', 'ends with a dot or a space'],
    ['a /b', 'ends with a dot or a space'],
    ['...', 'ends with a dot or a space'],
    ['con', 'device name'],
    ['x/NUL.txt', 'device name'],
    ['com1', 'device name'],
    ['lpt³.log', 'device name'],
    ['aux.', 'ends with a dot'],
    ['x'.repeat(256), 'longer than 255'],
    ['é'.repeat(128), 'longer than 255'],
    ['.git/hooks/post-commit', "git's own"],
    ['a/.GIT/config', "git's own"],
  ];
  it.each(bad)('rejects %j', (path, reason) => {
    expect(invalidPathReason(path)).toContain(reason);
    expect(() => relPath(path)).toThrow(expect.toSatisfy((error) => isFailure(error, 'path-invalid')));
  });
});

it.each([
  [['a', 'b/c'], 'a/b/c'],
  [['', 'b'], 'b'],
  [['a', '', 'c'], 'a/c'],
])('joinPath(%j) = %s', (parts, want) => expect(joinPath(...parts)).toBe(want));

it('joinPath rejects invalid paths', () => {
  expect(() => joinPath('')).toThrow('it is empty');
  expect(() => joinPath('a', '..')).toThrow('segment ..');
});

it.each([
  ['a/b/c', 'a/b'],
  ['a', ''],
])('folderOf(%s) = %j', (given, want) => expect(folderOf(given)).toBe(want));

it.each([
  ['modules/x', 'src/base.ts', '../../src/base.ts'],
  ['src/modules/x', 'src/base.ts', '../../base.ts'],
  ['', 'src/base.ts', './src/base.ts'],
  ['src', 'src/base.ts', './base.ts'],
  ['src/a', 'src/a/b/c.ts', './b/c.ts'],
  ['src/a', 'src/a', '../a'],
])('relativeTo(%j, %s) = %s', (from, to, want) => expect(relativeTo(from, to)).toBe(want));
