import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Plan, planChanges } from '../../../src/core/tree/plan.ts';
import { type RelPath, relPath } from '../../../src/core/tree/rel-path.ts';
import { sortedPaths, type Tree, type TreeFile, textFile, withExistingEndings } from '../../../src/core/tree/tree.ts';
import { applyPlan } from '../../../src/io/apply/apply-plan.ts';
import { type Disk, nodeDisk } from '../../../src/io/fs/disk.ts';
import { contentOf } from '../../../src/io/fs/read-file.ts';
import { readTree } from '../../../src/io/fs/read-tree.ts';
import { assertProperty, draws } from '../../draws.ts';
import { snapshot, tempFolder, writeTree } from '../temp-folder.ts';
import { tree } from './scenarios.ts';

const create = (path: string, content = 'new\n') =>
  ({ kind: 'create', path: path as RelPath, after: textFile(content) }) as const;
const update = (path: string, before: TreeFile, after = textFile('after\n')) =>
  ({ kind: 'update', path: path as RelPath, before, after }) as const;
const planOf = (changes: Plan['changes'], ...newFolders: string[]): Plan => ({
  changes,
  newFolders: newFolders.map(relPath),
});

/** Expects that the plan is rejected with this code and changes nothing. */
async function expectRefusal(root: string, plan: Plan, code: string, text?: RegExp): Promise<void> {
  const before = snapshot(root);
  const refusal = { code, ...(text && { message: expect.stringMatching(text) }) };
  await expect(applyPlan(root, plan)).rejects.toMatchObject(refusal);
  expect(snapshot(root)).toEqual(before);
}

describe('property: applying a plan produces exactly the desired tree', () => {
  const segment = fc.constantFrom('a', 'b', 'c.ts', 'ü', '.hidden', 'with space');
  const path = fc.array(segment, { minLength: 1, maxLength: 4 }).map((parts) => relPath(parts.join('/')));
  const bytes = fc.uint8Array({ maxLength: 40 }).map((raw) => contentOf(raw));
  const text = fc.constantFrom('', 'a\r\nb\r\n', 'a\nb', '\uFEFFbom\n', '👩🏽‍🚀\u202E', 'x'.repeat(70_000));
  const file = fc.record({ content: fc.oneof(bytes, text), mode: fc.constantFrom(0o644 as const, 0o755 as const) });
  const files = fc.array(fc.tuple(path, file), { maxLength: 8 });

  /** Without paths that are a file in one tree and a folder in the other: plans reject those. */
  const consistent = (...lists: (readonly (readonly [RelPath, TreeFile])[])[]): Tree[] => {
    const all = lists.flat().map(([name]) => name);
    return lists.map((list) => new Map(list.filter(([name]) => !all.some((other) => other.startsWith(`${name}/`)))));
  };

  it('for any two trees, with new folders and without', async () => {
    await assertProperty(
      draws.writes,
      fc.asyncProperty(files, files, fc.boolean(), async (now, then, asFolders) => {
        const [current, desired] = consistent(now, then) as [Tree, Tree];
        const root = join(tempFolder(), 'root');
        writeTree(root, current);
        const tops = [...desired.keys()]
          .filter((name) => name.includes('/'))
          .map((name) => relPath(name.split('/')[0]!));
        const isNew = (top: string): boolean => ![...current.keys()].some((name) => name.startsWith(`${top}/`));
        const newFolders = asFolders ? [...new Set(tops)].filter(isNew) : [];
        const remove = new Set([...current.keys()].filter((name) => !desired.has(name)));
        await applyPlan(root, planChanges(current, desired, { remove, newFolders }));
        const found = await readTree(root);
        expect([...found.keys()]).toEqual(sortedPaths(desired));
        for (const [name, wanted] of desired) {
          const there = current.get(name);
          expect(found.get(name), name).toEqual(there ? withExistingEndings(there, wanted) : wanted);
        }
        expect(Object.keys(snapshot(root)).filter((name) => name.includes('create-ai-module'))).toEqual([]);
        // Idempotent: the second plan has no changes.
        await applyPlan(root, planChanges(found, desired));
        expect(await readTree(root)).toEqual(found);
      }),
    );
  });
});

it('reports how many files are written out of the total', async () => {
  const slow: Disk = {
    ...nodeDisk,
    write(...args) {
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10);
      nodeDisk.write(...args);
    },
  };
  const reported: number[][] = [];
  const onProgress = async (...counts: number[]) => void reported.push(counts);
  await applyPlan(tempFolder(), planOf([create('a'), create('b'), create('c/d')]), { disk: slow, onProgress });
  expect(reported).toEqual([
    [1, 3],
    [2, 3],
    [3, 3],
  ]);
});

describe('a plan without changes', () => {
  it('writes nothing: no lock, and no missing folder', async () => {
    const root = tempFolder();
    const before = statSync(root, { bigint: true }).mtimeNs;
    const keep = { kind: 'keep', path: relPath('x'), before: textFile('x') } as const;
    await applyPlan(root, planOf([keep], 'modules/none'));
    await applyPlan(join(root, 'none'), planOf([]));
    expect(statSync(root, { bigint: true }).mtimeNs).toBe(before);
    expect(readdirSync(root)).toEqual([]);
  });
});

describe('a stale plan', () => {
  const before = textFile('before\n');
  it.each<[string, (root: string) => void, Plan['changes'][number]]>([
    ['an update of changed bytes', (root) => writeFileSync(join(root, 'f'), 'Before\n'), update('f', before)],
    ['an update of a changed mode', (root) => chmodSync(join(root, 'f'), 0o755), update('f', before)],
    ['an update of a deleted file', () => {}, update('deleted', before)],
    [
      'a delete of changed bytes',
      (root) => writeFileSync(join(root, 'f'), ''),
      { kind: 'delete', path: relPath('f'), before },
    ],
    ['a create of an existing file', () => {}, create('f')],
  ])('is rejected: %s', async (_, disturb, change) => {
    const root = tempFolder();
    writeTree(root, tree({ f: 'before\n', other: 'other\n' }));
    disturb(root);
    await expectRefusal(root, planOf([create('another/new'), change]), 'plan-is-stale');
  });

  it('is rejected: a new folder that exists, even if empty', async () => {
    const root = tempFolder();
    mkdirSync(join(root, 'modules/one'), { recursive: true });
    await expectRefusal(root, planOf([create('modules/one/a')], 'modules/one'), 'plan-is-stale', /modules\/one/);
  });
});

describe('a path that leaves the root', () => {
  const outside = tempFolder();
  writeFileSync(join(outside, 'f'), 'mine\n');

  it.each<[string, (root: string) => void, string]>([
    ['a linked folder', (root) => symlinkSync(outside, join(root, 'modules')), 'modules/new/a'],
    ['a linked folder further down', (root) => symlinkSync(outside, join(root, 'src/x')), 'src/x/a'],
    ['a relative link', (root) => symlinkSync('../..', join(root, 'src/x')), 'src/x/a'],
    [
      'a link to a link',
      (root) => {
        symlinkSync(outside, join(root, 'l'));
        symlinkSync('l', join(root, 'm'));
      },
      'm/a',
    ],
    ['the target itself', (root) => symlinkSync(join(outside, 'f'), join(root, 'f')), 'f'],
    ['a broken link', (root) => symlinkSync(join(outside, 'none'), join(root, 'f')), 'f'],
    ['a circular link', (root) => symlinkSync('c', join(root, 'c')), 'c/a'],
  ])('is rejected: %s', async (_, arrange, path) => {
    const root = tempFolder();
    mkdirSync(join(root, 'src'));
    arrange(root);
    await expectRefusal(root, planOf([create(path)]), 'path-escapes', /symbolic link/);
    await expectRefusal(root, planOf([update(path, textFile('mine\n'))]), 'path-escapes');
    if (path.includes('/')) await expectRefusal(root, planOf([create(`${path}/b`)], path), 'path-escapes');
    expect(readdirSync(outside)).toEqual(['f']);
  });

  it.each(['../f', '/tmp/f', 'a/../../f', 'a//b', 'con', '.create-ai-module/x'])('is rejected: %s', async (path) => {
    await expectRefusal(tempFolder(), planOf([create(path)]), 'path-invalid');
  });

  it('does not include a linked folder inside the root, or a root that is itself a link', async () => {
    const real = tempFolder();
    mkdirSync(join(real, 'packages/modules'), { recursive: true });
    symlinkSync('packages/modules', join(real, 'modules'));
    const root = join(tempFolder(), 'link');
    symlinkSync(real, root);
    await applyPlan(root, planOf([create('modules/one/a'), create('modules/b')], 'modules/one'));
    expect(await readTree(join(real, 'packages'))).toEqual(tree({ 'modules/one/a': 'new\n', 'modules/b': 'new\n' }));
    expect(lstatSync(join(real, 'modules')).isSymbolicLink()).toBe(true);
  });
});

describe('an unusable target', () => {
  const root = tempFolder();
  writeTree(root, tree({ file: 'file\n', 'folder/x': 'x\n' }));
  symlinkSync('file', join(root, 'link'));

  it.each<[string, Plan, string, RegExp]>([
    ['a file as a folder', planOf([create('file/a')]), 'target-unusable', /file is not a folder/],
    ['a file as a new folder', planOf([create('file/a')], 'file'), 'target-unusable', /it is a file/],
    ['a file below a file', planOf([create('file/b/c/a')], 'file/b'), 'target-unusable', /file is not a folder/],
    ['a folder as a file', planOf([create('folder')]), 'target-unusable', /it is a folder/],
    ['a link inside the root', planOf([create('link')]), 'target-unusable', /it is a symbolic link/],
    ['a file that is also a folder', planOf([create('n'), create('n/a')]), 'target-unusable', /n is a file/],
    ['two names that differ in case', planOf([create('n/Read.md'), create('n/read.md')]), 'path-invalid', /case/],
    ['two folders that differ in case', planOf([create('N/a'), create('n/b')]), 'path-invalid', /case/],
    ['two spellings of ü', planOf([create('\u00fc'), create('u\u0308')]), 'path-invalid', /case/],
  ])('is rejected: %s', (_, plan, code, text) => expectRefusal(root, plan, code, text));

  it('is rejected: a root that is a file or below a file', async () => {
    await expect(applyPlan(join(root, 'file'), planOf([create('a')]))).rejects.toMatchObject({
      code: 'target-unusable',
    });
    await expect(applyPlan(join(root, 'file/b'), planOf([create('a')]))).rejects.toMatchObject({
      code: 'target-unusable',
    });
  });
});

describe('applying a plan', () => {
  it('keeps the permissions of replaced files, and applies the executable bit', async () => {
    const root = tempFolder();
    writeTree(root, tree({ secret: 'a\n', script: 'a\n', tool: textFile('a\n', 0o755) }));
    chmodSync(join(root, 'secret'), 0o600);
    chmodSync(join(root, 'script'), 0o640);
    const changes = [
      update('secret', textFile('a\n')),
      update('script', textFile('a\n'), textFile('b\n', 0o755)),
      update('tool', textFile('a\n', 0o755), textFile('a\n')),
      { kind: 'create', path: relPath('new'), after: textFile('n', 0o755) } as const,
    ];
    await applyPlan(root, planOf(changes));
    const modes = ['secret', 'script', 'tool', 'new'].map((name) =>
      (statSync(join(root, name)).mode & 0o777).toString(8),
    );
    expect(modes).toEqual(['600', '750', '644', (0o777 & ~process.umask()).toString(8)]);
  });

  it.runIf(process.getuid?.() === 0)('keeps the owner of replaced files when run as root', async () => {
    const root = tempFolder();
    writeTree(root, tree({ f: 'a\n' }));
    (await import('node:fs')).chownSync(join(root, 'f'), 1234, 1235);
    await applyPlan(root, planOf([update('f', textFile('a\n'))]));
    expect(statSync(join(root, 'f'))).toMatchObject({ uid: 1234, gid: 1235 });
  });

  it('removes a folder with its last file, but keeps a folder that holds other files', async () => {
    const root = tempFolder();
    writeTree(root, tree({ 'a/b/c': 'c', 'd/e': 'e', 'd/f': 'f' }));
    const remove = ['a/b/c', 'd/e'].map(
      (path) => ({ kind: 'delete', path: relPath(path), before: textFile(path.at(-1)!) }) as const,
    );
    await applyPlan(root, planOf(remove));
    expect(Object.keys(snapshot(root))).toEqual(['/', 'd/', 'd/f']);
  });

  it('makes a new folder visible with all its files at once', async () => {
    const root = tempFolder();
    const changes = Array.from({ length: 300 }, (_, index) => create(`modules/one/f${index}`));
    const seen = new Set<number>();
    const applying = applyPlan(root, planOf(changes, 'modules/one')).then(() => true);
    let isDone = false;
    while (!isDone) {
      isDone = await Promise.race([applying, new Promise<false>((later) => setImmediate(later, false))]);
      const found = await readTree(join(root, 'modules/one'));
      seen.add(found.size);
    }
    expect([...seen].filter((size) => size !== 0)).toEqual([300]);
  });

  it('creates a missing root, and removes it if the plan is rejected', async () => {
    const outer = tempFolder();
    const root = join(outer, 'x/y');
    await expect(applyPlan(root, planOf([update('f', textFile('f'))]))).rejects.toMatchObject({
      code: 'plan-is-stale',
    });
    expect(readdirSync(outer)).toEqual([]);
    await applyPlan(root, planOf([create('f', 'a\r\n')]));
    expect(readFileSync(join(root, 'f'), 'latin1')).toBe('a\r\n');
  });
});
