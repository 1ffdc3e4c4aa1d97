import { describe, expect, it } from 'vitest';
import { plain } from '../../../src/core/report/check-report.ts';
import { countChanges, reportDiff, reportPlan } from '../../../src/core/report/plan.ts';
import { planChanges } from '../../../src/core/tree/plan.ts';
import { relPath } from '../../../src/core/tree/rel-path.ts';
import { type Tree, type TreeFile, textFile } from '../../../src/core/tree/tree.ts';

const tree = (files: Readonly<Record<string, string | TreeFile>>): Tree =>
  new Map(
    Object.entries(files).map(([path, file]) => [relPath(path), typeof file === 'string' ? textFile(file) : file]),
  );
const plan = (before: Tree, after: Tree, remove: readonly string[] = []) =>
  planChanges(before, after, { remove: new Set(remove.map(relPath)) });

describe('reportPlan', () => {
  it('lists changes by folder', () => {
    const before = tree({ 'a/x.ts': '1', 'a/old.ts': '1', 'a/same.ts': '1', '.env': '1' });
    const after = tree({ 'a/x.ts': '2', 'a/b/y.ts': '1', 'a/z.ts': '1', '.env': '2', 'a/same.ts': '1' });
    expect(reportPlan(plan(before, after, ['a/old.ts']), plain).split('\n')).toEqual([
      '  .',
      '    ~ .env',
      '  a/',
      '    - old.ts',
      '    ~ x.ts',
      '    + z.ts',
      '  a/b/',
      '    + y.ts',
      '  2 files to create, 2 files to change, 1 file to delete',
      '',
    ]);
  });

  it('reports if there is nothing to do', () => {
    expect(reportPlan(plan(tree({ a: '1' }), tree({ a: '1' })), plain)).toBe('  nothing to do\n');
  });
});

it.each([
  [false, '1 file to create, 2 files to change'],
  [true, '1 file created, 2 files changed'],
])('counts changes, done: %s', (isDone, want) => {
  const changes = plan(tree({ a: '1', b: '1' }), tree({ a: '2', b: '2', c: '1' }));
  expect(countChanges(changes, isDone)).toBe(want);
});

describe('reportDiff', () => {
  const bytes: TreeFile = { content: Uint8Array.from([0, 255]), mode: 0o644 };
  const cases: [name: string, before: Tree, after: Tree, remove: string[], want: string[]][] = [
    ['nothing', tree({ a: '1' }), tree({ a: '1' }), [], []],
    [
      'a new file',
      tree({}),
      tree({ 'a/b': 'x\n' }),
      [],
      ['diff --git a/a/b b/a/b', 'new file mode 100644', '--- /dev/null', '+++ b/a/b', '@@ -0,0 +1,1 @@', '+x'],
    ],
    [
      'a changed one',
      tree({ a: 'x\n' }),
      tree({ a: 'y' }),
      [],
      ['diff --git a/a b/a', '--- a/a', '+++ b/a', '@@ -1,1 +1,1 @@', '-x', '+y', '\\ No newline at end of file'],
    ],
    [
      'a deleted one',
      tree({ a: 'x\n' }),
      tree({}),
      ['a'],
      ['diff --git a/a b/a', 'deleted file mode 100644', '--- a/a', '+++ /dev/null', '@@ -1,1 +0,0 @@', '-x'],
    ],
    ['a new file without text', tree({}), tree({ a: '' }), [], ['diff --git a/a b/a', 'new file mode 100644']],
    [
      'a new mode',
      tree({ a: 'x' }),
      tree({ a: textFile('x', 0o755) }),
      [],
      ['diff --git a/a b/a', 'old mode 100644', 'new mode 100755'],
    ],
    ['bytes', tree({}), tree({ a: bytes }), [], ['diff --git a/a b/a', 'new file mode 100644', 'Binary files differ']],
    [
      'bytes with a new mode',
      tree({ a: bytes }),
      tree({ a: { ...bytes, mode: 0o755 } }),
      [],
      ['diff --git a/a b/a', 'old mode 100644', 'new mode 100755'],
    ],
  ];
  it.each(cases)('%s', async (_, before, after, remove, want) => {
    expect(await reportDiff(plan(before, after, remove), plain)).toBe(want.map((line) => `${line}\n`).join(''));
  });

  it('shows the records of the tool last', async () => {
    const diff = await reportDiff(
      plan(tree({}), tree({ '.ai-module/x.base': '', 'a/.ai-module/y': '', b: '' })),
      plain,
    );
    expect(diff.match(/(?<= b\/).*/g)).toEqual(['b', '.ai-module/x.base', 'a/.ai-module/y']);
  });
});
