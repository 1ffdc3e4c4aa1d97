import { expect, it } from 'vitest';
import { changedFolders, isNoop, planChanges } from '../../../src/core/tree/plan.ts';
import { relPath } from '../../../src/core/tree/rel-path.ts';
import { type Tree, type TreeFile, textFile } from '../../../src/core/tree/tree.ts';

const tree = (files: Readonly<Record<string, string | TreeFile>>): Tree =>
  new Map(
    Object.entries(files).map(([path, file]) => [relPath(path), typeof file === 'string' ? textFile(file) : file]),
  );
const show = (current: Tree, desired: Tree, remove: readonly string[] = []) =>
  planChanges(current, desired, { remove: new Set(remove.map(relPath)) }).changes.map(
    ({ kind, path }) => `${kind} ${path}`,
  );

const cases: [name: string, current: Tree, desired: Tree, remove: string[], want: string[]][] = [
  ['empty trees', tree({}), tree({}), [], []],
  ['a new file', tree({}), tree({ a: '1' }), [], ['create a']],
  ['a changed file', tree({ a: '1' }), tree({ a: '2' }), [], ['update a']],
  ['an unchanged file', tree({ a: '1' }), tree({ a: '1' }), [], ['keep a']],
  ['a file with other line endings', tree({ a: '1\r\n' }), tree({ a: '1\n' }), [], ['keep a']],
  [
    'a lock in another layout',
    tree({ '.ai-module/lock.yaml': "owned: ['b']\n" }),
    tree({ '.ai-module/lock.yaml': 'owned:\n  - "b"\n' }),
    [],
    ['keep .ai-module/lock.yaml'],
  ],
  ['another mode', tree({ a: '1' }), tree({ a: textFile('1', 0o755) }), [], ['update a']],
  ['keeps a file that is missing from the desired tree', tree({ a: '1' }), tree({}), [], ['keep a']],
  ['deletes a file that is listed for removal', tree({ a: '1' }), tree({}), ['a'], ['delete a']],
  ['does not delete a desired file', tree({ a: '1' }), tree({ a: '2' }), ['a'], ['update a']],
  ['does not delete a missing file', tree({}), tree({}), ['a'], []],
  [
    'text becoming bytes',
    tree({ a: 'x' }),
    tree({ a: { content: Uint8Array.from([120]), mode: 0o644 } }),
    [],
    ['update a'],
  ],
  [
    'all sorted by path',
    tree({ b: '1', z: '1' }),
    tree({ c: '1', a: '1', b: '2' }),
    ['z'],
    ['create a', 'update b', 'create c', 'delete z'],
  ],
];
it.each(cases)('%s', (_, current, desired, remove, want) => expect(show(current, desired, remove)).toEqual(want));

it('contains the expected current files', () => {
  const { changes } = planChanges(tree({ a: '1', b: '1', c: '1' }), tree({ a: '2' }), {
    remove: new Set([relPath('b')]),
  });
  expect(changes).toEqual([
    { kind: 'update', path: 'a', before: textFile('1'), after: textFile('2') },
    { kind: 'delete', path: 'b', before: textFile('1') },
    { kind: 'keep', path: 'c', before: textFile('1') },
  ]);
});

it('keeps the line endings of changed files', () => {
  const { changes } = planChanges(tree({ a: '1\r\n2\r\n' }), tree({ a: '1\n3\n' }));
  expect(changes).toEqual([
    { kind: 'update', path: 'a', before: textFile('1\r\n2\r\n'), after: textFile('1\r\n3\r\n') },
  ]);
});

it('sorts new folders', () => {
  const newFolders = [relPath('b'), relPath('a')];
  expect(planChanges(tree({}), tree({}), { newFolders }).newFolders).toEqual(['a', 'b']);
});

it('detects a plan without changes', () => {
  expect(isNoop(planChanges(tree({ a: '1' }), tree({ a: '1' })))).toBe(true);
  expect(isNoop(planChanges(tree({}), tree({ a: '1' })))).toBe(false);
});

it.each<[changed: string, folders: string[], want: string[]]>([
  ['modules/a/x', ['modules/a', 'modules/b'], ['modules/a']],
  ['modules/a/deep/x', ['', 'modules/a'], ['modules/a']],
  ['modules/ab/x', ['', 'modules/a'], ['']],
  ['x', ['', 'modules/a'], ['']],
])('%s changes %j in %j', (path, folders, want) => {
  const plan = planChanges(tree({ [path]: '1', 'modules/b/kept': '1' }), tree({ [path]: '2', 'modules/b/kept': '1' }));
  expect([...changedFolders(plan, new Set(folders))]).toEqual(want);
});
