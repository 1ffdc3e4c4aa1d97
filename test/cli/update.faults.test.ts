import { cpSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Plan } from '../../src/core/tree/plan.ts';
import { openHost } from '../../src/io/host/open-host.ts';
import { applyUpdate } from '../../src/io/module/last-update.ts';
import { planUpdate } from '../../src/io/module/plan-update.ts';
import { findPack } from '../../src/io/pack/find-pack.ts';
import { draws, firstSeed } from '../draws.ts';
import { bundleChild, run as runChild } from '../io/apply/child.ts';
import { countingDisk, type Fault, faultDisk, removeClaims } from '../io/apply/fault-disk.ts';
import { snapshot, tempFolder } from '../io/temp-folder.ts';
import { runIn, succeedIn } from './fake-io.ts';
import { hostWithModule, packFolder, serviceWith } from './update-packs.ts';

const modules = 30;
const newer = packFolder('1.3.0', { files: { 'module/service.ts.hbs': serviceWith({ 'return 2': 'return 22' }) } });

let [start, planFile, script] = ['', '', ''];
let plan: Plan;
let steps = 0;
let before: Record<string, string>;
let after: Record<string, string>;

/** All files except the state of runs. */
const look = (root: string) =>
  Object.fromEntries(Object.entries(snapshot(root)).filter(([path]) => !path.startsWith('.create-ai-module')));

function copy(): string {
  const root = join(tempFolder(), 'host');
  cpSync(start, root, { recursive: true });
  return root;
}

/** A host of 30 modules, each edited by its user, whose pack has a newer version. */
beforeAll(async () => {
  const host = await hostWithModule();
  for (let number = 2; number <= modules; number += 1)
    await succeedIn(host.root, ['new', `notes_${number}`, '--description', 'x', '--author', 'Ann', '--yes']);
  for (let number = 1; number <= modules; number += 1) {
    const file = `../${number === 1 ? 'notes' : `notes_${number}`}/service.ts`;
    host.edit(file, 'return 1', 'return 11');
  }
  host.use(newer);
  start = host.root;
  const opened = await openHost(start);
  const pack = await findPack(opened.stack, start, ['module', 'edits']);
  ({ plan } = await planUpdate(opened.host, pack, [], { conflicts: 'markers', restore: new Set() }));
  planFile = join(tempFolder(), 'plan.json');
  writeFileSync(planFile, JSON.stringify(plan));
  script = await bundleChild();
  before = look(start);
  const root = copy();
  await applyUpdate(root, plan);
  after = look(root);
  steps = await countSteps();
  process.stdout.write(
    `an update of ${modules} modules: ${plan.changes.filter(({ kind }) => kind !== 'keep').length} files, ${steps} steps\n`,
  );
}, 120_000);

async function countSteps(): Promise<number> {
  let last = 0;
  const disk = countingDisk((step) => {
    last = step;
  });
  await applyUpdate(copy(), plan, { disk });
  return last;
}

/** The first steps, and some spread over the run. */
function* sampled(): Generator<number> {
  const stride = Math.max(1, Math.floor(steps / draws.updateSteps));
  for (let step = 1 + ((firstSeed + Math.floor(stride / 2)) % stride); step <= steps; step += stride) yield step;
  yield* [1, 2, 3];
}

/** Expects all files to be old or all to be new, and the next update to report the recovery and to finish. */
async function mustFinish(root: string, step: number): Promise<void> {
  const { code, out } = await runIn(root, ['update', '--yes']);
  expect([step, code, out]).toEqual([step, 0, expect.stringMatching(/^(Updated 30 modules|30 modules: everything)/)]);
  expect(look(root)).toEqual(after);
  rmSync(root, { recursive: true });
}

const outcomeOf = (run: Promise<unknown>): Promise<unknown> =>
  run.then(
    () => 'written',
    (error) => error.code,
  );

describe('an update of 30 modules', () => {
  it.each<Fault>(['ENOSPC once', 'EACCES once'])('restores everything after %s', async (fault) => {
    for (const step of sampled()) {
      const root = copy();
      const { disk, fired } = faultDisk(step, fault);
      const problem = await applyUpdate(root, plan, { disk }).then(
        () => undefined,
        (error: unknown) => error,
      );
      expect([step, fired()]).toEqual([step, true]);
      expect(look(root), `step ${step}`).toEqual(problem === undefined ? after : before);
      await mustFinish(root, step);
    }
  });

  it.each<Fault>(['EROFS from then on', 'death', 'death halfway'])('is recovered after %s', async (fault) => {
    for (const step of sampled()) {
      const root = copy();
      const { disk, fired } = faultDisk(step, fault);
      await applyUpdate(root, plan, { disk }).catch(() => {});
      expect([step, fired()]).toEqual([step, true]);
      removeClaims(root);
      await mustFinish(root, step);
    }
  });

  it('is recovered after SIGKILL of a process', async () => {
    for (const step of sampled()) {
      const root = copy();
      const { signal } = await runChild(script, {
        kind: 'plan',
        root,
        plan: planFile,
        at: { step, signal: 'SIGKILL' },
      });
      expect([step, signal]).toEqual([step, 'SIGKILL']);
      await mustFinish(root, step);
    }
  });

  it('either writes or is refused if another update starts at any time, and can be undone', async () => {
    for (const step of sampled()) {
      const root = copy();
      const ends: Promise<unknown>[] = [];
      const disk = countingDisk((at) => {
        if (at === step) ends.push(outcomeOf(applyUpdate(root, plan, { waitMs: 0 })));
      });
      const first = await outcomeOf(applyUpdate(root, plan, { disk }));
      const both = [first, ...(await Promise.all(ends))].sort();
      expect([step, ...both]).toEqual([step, expect.stringMatching(/^(plan-is-stale|host-busy)$/), 'written']);
      expect(look(root), `step ${step}`).toEqual(after);
      await succeedIn(root, ['undo', '--yes']);
      expect(look(root), `step ${step}`).toEqual(before);
      rmSync(root, { recursive: true });
    }
  });

  it('run twice at once writes once, and the other run reports a stale plan', async () => {
    const root = copy();
    const order = { kind: 'plan', root, plan: planFile } as const;
    const ends = await Promise.all([runChild(script, order), runChild(script, order)]);
    expect(ends.map(({ code }) => code).sort()).toEqual([0, 3]);
    expect(ends.map(({ err }) => err).join('')).toMatch(/plan-is-stale|host-busy/);
    expect(look(root)).toEqual(after);
  });

  it('that was interrupted and recovered leaves nothing to undo', async () => {
    const root = copy();
    const { disk } = faultDisk(40, 'death');
    await applyUpdate(root, plan, { disk }).catch(() => {});
    removeClaims(root);
    const { code, err } = await runIn(root, ['undo', '--yes']);
    expect([code, err]).toEqual([2, expect.stringContaining('There is no update to undo')]);
  });
});
