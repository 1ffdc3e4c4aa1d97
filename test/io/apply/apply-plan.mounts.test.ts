import { chmodSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { planChanges } from '../../../src/core/tree/plan.ts';
import { relPath } from '../../../src/core/tree/rel-path.ts';
import { type TreeFile, textFile } from '../../../src/core/tree/tree.ts';
import { applyPlan } from '../../../src/io/apply/apply-plan.ts';
import { makeReadOnly, mount } from '../mount.ts';
import { snapshot, tempFolder, writeTree } from '../temp-folder.ts';
import { bundleChild, run } from './child.ts';
import { scenarios, tree } from './scenarios.ts';

const before = tree({ 'package.json': '{}\n', 'src/app.ts': 'app\n' });
const big = textFile('x'.repeat(9000));
const files: [string, TreeFile][] = Array.from({ length: 6 }, (_, index) => [`modules/one/f${index}`, big]);
const wanted = new Map([...before, ...tree(Object.fromEntries([...files, ['package.json', textFile('{ }\n')]]))]);
const plan = planChanges(before, wanted, { newFolders: [relPath('modules/one')] });

describe('a full disk', () => {
  it.for([
    ['bytes', (free: number) => `size=${(free + 3) * 4}k`],
    ['inodes', (free: number) => `nr_inodes=${free + 6}`],
  ] as const)('restores the old tree wherever it runs out of %s', async ([, options], context) => {
    const outcomes: string[] = [];
    for (let free = 0; !outcomes.includes('applied'); free += 1) {
      const root = mount(context, options(free));
      writeTree(root, before);
      const old = snapshot(root);
      const outcome = await applyPlan(root, plan).then(
        () => 'applied',
        (error) => error,
      );
      if (outcome !== 'applied') {
        expect(outcome).toMatchObject({
          code: 'apply-failed',
          message: expect.stringContaining('no space left on device'),
        });
        expect(snapshot(root)).toEqual(old);
      }
      outcomes.push(outcome === 'applied' ? outcome : outcome.args.path);
    }
    expect(new Set(outcomes).size).toBeGreaterThan(4);
  });
});

describe('a folder that is not writable', () => {
  it('is a system error with the reason: a read-only file system', async (context) => {
    const root = mount(context, 'size=1m');
    writeTree(root, before);
    makeReadOnly(root);
    const old = snapshot(root);
    await expect(applyPlan(root, plan)).rejects.toMatchObject({
      code: 'apply-failed',
      fault: 'machine',
      message: expect.stringContaining('read-only file system (EROFS)'),
    });
    expect(snapshot(root)).toEqual(old);
  });

  let script: string;
  beforeAll(async () => {
    script = await bundleChild();
  });

  it('is a system error with the reason: a folder of another user', async (context) => {
    const reason = 'only root can start a process as another user';
    if (process.getuid?.() !== 0 && process.env.CI === 'true' && process.platform === 'linux') throw new Error(reason);
    if (process.getuid?.() !== 0) context.skip(reason);
    const nobody = { uid: 65_534, gid: 65_534 };
    const name = 'a new module';
    for (const locked of ['', 'src', 'src/modules']) {
      const root = tempFolder();
      writeTree(root, scenarios[name]!.before!);
      scenarios[name]!.arrange?.(root);
      for (const open of ['', 'src', 'src/modules']) chmodSync(join(root, open), open === locked ? 0o755 : 0o777);
      const old = snapshot(root);
      const child = await run(script, { kind: 'apply', root, scenario: name }, nobody);
      const isRefused = locked !== 'src';
      expect(child.code, child.err).toBe(isRefused ? 3 : 0);
      if (isRefused) expect(child.err).toMatch(/apply-failed Writing .* failed: permission denied \(EACCES\)/);
      if (isRefused) expect(snapshot(root)).toEqual(old);
    }
  });
});

it('writes across file systems: a modules folder on its own volume', async (context) => {
  const root = mount(context, 'size=1m');
  writeTree(root, before);
  mkdirSync(join(root, 'modules'));
  const volume = join(root, 'modules');
  mount(context, 'size=1m', volume);
  writeFileSync(join(volume, 'there'), '');
  await applyPlan(root, plan);
  expect(readdirSync(volume).sort()).toEqual(['one', 'there']);
  expect(readdirSync(root).sort()).toEqual(['modules', 'package.json', 'src']);
});
