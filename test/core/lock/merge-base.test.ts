import { describe, expect, it } from 'vitest';
import { mergeBaseText, parseMergeBase, serializeMergeBase } from '../../../src/core/lock/merge-base.ts';
import { hasMarkers } from '../../../src/core/merge/markers.ts';
import { relPath } from '../../../src/core/tree/rel-path.ts';
import { type TreeFile, textFile } from '../../../src/core/tree/tree.ts';

const one = (content: string | Uint8Array, mode: TreeFile['mode'] = 0o644) =>
  new Map([[relPath('a.txt'), { content, mode }]]);

const contents: [name: string, content: string | Uint8Array][] = [
  ['a line', 'a\n'],
  ['no final line feed', 'a'],
  ['an empty file', ''],
  ['one line feed', '\n'],
  ['blank lines at the end', 'a\n\n\n'],
  ['blank lines without a final line feed', '\n\na'],
  ['Windows line endings', 'a\r\nb\r\n'],
  ['a carriage return at the end', 'a\r'],
  ['a line that looks like a header', '-- "a.txt" mode=100644 enc=utf8 --\n-- \n--\n'],
  ['a line that looks escaped', '\\-- x\n\\\n\\\\\n'],
  ['conflict markers', '<<<<<<< a\n=======\n>>>>>>> b\n'],
  ['a byte order mark and odd separators', '\ufeffa\u2028b\u0085c\u000bd\n'],
  ['a NUL', 'a\u0000b'],
  ['an empty binary file', new Uint8Array()],
  ['bytes', Uint8Array.from([0, 10, 13, 255, 128])],
  ['a long line', `${'x'.repeat(100_000)}\n`],
];
it.each(contents)('preserves %s', (_, content) => {
  for (const mode of [0o644, 0o755] as const) {
    const tree = one(content, mode);
    expect(parseMergeBase(serializeMergeBase(tree))).toEqual(tree);
  }
});

it.each(contents.filter(([, content]) => !String(content).includes('\r')))(
  'is readable after conversion of its line endings: %s',
  (_, content) => {
    const tree = new Map([...one(content), [relPath('b.txt'), textFile('b')]]);
    expect(parseMergeBase(serializeMergeBase(tree).replaceAll('\n', '\r\n'))).toEqual(tree);
  },
);

it('stores the manifest with line feeds only', () => {
  const base = mergeBaseText(new Map(), textFile('name: "a"\r\n'));
  expect(base).toBe('-- "manifest.yaml" mode=100644 enc=utf8 --\nname: "a"\n');
});

it('contains conflict markers only from git', () => {
  const text = serializeMergeBase(one('<<<<<<< a\nb\n=======\nc\n>>>>>>> d\n'));
  expect(hasMarkers(text)).toBe(false);
  expect(hasMarkers(text.replace('b\n', '<<<<<<< a\nb\n=======\nc\n>>>>>>> d\n'))).toBe(true);
});

it('preserves several files with unusual names, sorted', () => {
  const tree = new Map(
    ['z', 'a b/ü\u2028.ts', '.env', "it's", 'a/-- x'].map((path) => [relPath(path), textFile(`${path}\n`)]),
  );
  const text = serializeMergeBase(tree);
  expect(parseMergeBase(text)).toEqual(tree);
  expect([...(parseMergeBase(text)?.keys() ?? [])]).toEqual(['.env', 'a b/ü\u2028.ts', 'a/-- x', "it's", 'z']);
  expect(text).toBe(serializeMergeBase(new Map([...tree].reverse())));
});

it('is plain text without derived data', () => {
  const tree = new Map([
    [relPath('b.sh'), textFile('#!/bin/sh', 0o755)],
    [relPath('a.ts'), textFile('const a = 1;\n\nconst b = 2;\n')],
  ]);
  expect(serializeMergeBase(tree)).toBe(
    '-- "a.ts" mode=100644 enc=utf8 --\nconst a = 1;\n\nconst b = 2;\n-- "b.sh" mode=100755 enc=utf8 noeol --\n#!/bin/sh\n',
  );
});

it('preserves an empty tree', () => expect(parseMergeBase(serializeMergeBase(new Map()))).toEqual(new Map()));

describe('rejects', () => {
  const header = (path: string, rest = 'mode=100644 enc=utf8') => `-- ${path} ${rest} --\n`;
  const bad: [name: string, text: string][] = [
    ['another text', 'hello\n'],
    ['a truncated text', '-- "a" mode=100644 enc=utf8 --\nb'],
    ['text before the first header', `x\n${header('"a"')}b\n`],
    ['an unknown mode', `${header('"a"', 'mode=100600 enc=utf8')}b\n`],
    ['an unknown encoding', `${header('"a"', 'mode=100644 enc=zip')}b\n`],
    ['a path out of the module', `${header('"../a"')}b\n`],
    ['an absolute path', `${header('"/etc/passwd"')}b\n`],
    ["git's folder", `${header('".git/hooks/post-checkout"')}b\n`],
    ['a path that is not JSON', `${header('"\\x"')}b\n`],
    ['the same path twice', `${header('"a"')}b\n${header('"a"')}c\n`],
    ['a header without a line', header('"a"')],
    ['half a byte', `${header('"a"', 'mode=100644 enc=hex noeol')}abc\n`],
    ['invalid hexadecimal digits', `${header('"a"', 'mode=100644 enc=hex noeol')}zz\n`],
  ];
  it.each(bad)('%s', (_, text) => expect(parseMergeBase(text)).toBeUndefined());
});
