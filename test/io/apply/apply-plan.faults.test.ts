import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Failure } from '../../../src/core/failure.ts';
import { applyPlan } from '../../../src/io/apply/apply-plan.ts';
import { recover } from '../../../src/io/apply/recover.ts';
import { snapshot, tempFolder, writeTree } from '../temp-folder.ts';
import { Death, type Fault, faultDisk, removeClaims } from './fault-disk.ts';
import { type Scenario, scenarios } from './scenarios.ts';

/** The host of the scenario, two folders deep, so that files leaked beside the root are noticed. */
function arrange(scenario: Scenario): { outer: string; root: string } {
  const outer = tempFolder();
  const root = join(outer, 'hosts/host');
  if (scenario.before) writeTree(root, scenario.before);
  scenario.arrange?.(root);
  return { outer, root };
}

async function oldAndNew(scenario: Scenario): Promise<[old: unknown, wanted: unknown]> {
  const { outer, root } = arrange(scenario);
  const old = snapshot(outer);
  await applyPlan(root, scenario.plan);
  return [old, snapshot(outer)];
}

/** All that a killed process may leave: the empty folder of a new host, created before its journal. */
function withoutEmptyRoot(seen: Record<string, string>): Record<string, string> {
  const names = Object.keys(seen).filter((name) => name !== '/');
  const isBare = names.every((name) => name === 'hosts/' || name === 'hosts/host/');
  return isBare ? { '/': seen['/']! } : seen;
}

async function faultAtEveryStep(scenario: Scenario, fault: Fault, after: (root: string) => Promise<void>) {
  const [old, wanted] = await oldAndNew(scenario);
  const seen = { old: 0, wanted: 0 };
  for (let step = 1; ; step += 1) {
    const { outer, root } = arrange(scenario);
    const { disk, fired } = faultDisk(step, fault);
    const problem = await applyPlan(root, scenario.plan, { disk }).catch((error: unknown) => error);
    if (!fired()) return { ...seen, steps: step - 1 };
    if (!(problem instanceof Death) && problem !== undefined) expect(problem).toBeInstanceOf(Failure);
    await after(root);
    const found = scenario.before ? snapshot(outer) : withoutEmptyRoot(snapshot(outer));
    const isOld = JSON.stringify(found) === JSON.stringify(old);
    if (!isOld) expect(found, `step ${step}, ${fault}`).toEqual(wanted);
    if (problem instanceof Failure && fault.endsWith('once')) expect(isOld, `step ${step}`).toBe(true);
    if (problem === undefined) expect(isOld, `step ${step}: no failure, so it must be done`).toBe(false);
    seen[isOld ? 'old' : 'wanted'] += 1;
    rmSync(outer, { recursive: true });
  }
}

describe.each(Object.entries(scenarios))('%s', (_, scenario) => {
  it.each<Fault>(['ENOSPC once', 'EACCES once'])(
    'is applied completely or not at all with %s at any step',
    async (fault) => {
      const seen = await faultAtEveryStep(scenario, fault, async () => {});
      expect(seen.old).toBeGreaterThan(3);
    },
  );

  it('is restored by the next run when the disk becomes read-only at any step', async () => {
    const seen = await faultAtEveryStep(scenario, 'EROFS from then on', async (root) => {
      removeClaims(root);
      await recover(root);
    });
    expect(seen.old).toBeGreaterThan(3);
  });

  it.each<Fault>(['death', 'death halfway'])('is recovered after %s at any step', async (fault) => {
    const seen = await faultAtEveryStep(scenario, fault, async (root) => {
      removeClaims(root);
      await recover(root);
    });
    expect(seen.old).toBeGreaterThan(3);
    expect(seen.wanted).toBeGreaterThan(1);
  });

  it('is recovered when the recovery is also killed, at any of its steps', { timeout: 120_000 }, async () => {
    const [old, wanted] = await oldAndNew(scenario);
    const dieTwice = async (step: number, again: number) => {
      const { outer, root } = arrange(scenario);
      const first = faultDisk(step, 'death');
      const second = faultDisk(again, 'death');
      await applyPlan(root, scenario.plan, { disk: first.disk }).catch(() => {});
      removeClaims(root);
      await recover(root, { disk: second.disk }).catch(() => {});
      removeClaims(root);
      await recover(root);
      const found = scenario.before ? snapshot(outer) : withoutEmptyRoot(snapshot(outer));
      if (JSON.stringify(found) !== JSON.stringify(old)) expect(found, `steps ${step}, ${again}`).toEqual(wanted);
      rmSync(outer, { recursive: true });
      return { isFirst: first.fired(), isSecond: second.fired() };
    };
    for (let step = 1, isCut = true; isCut; step += 1) {
      // Odd and even steps alternate: the recoveries of two neighbouring steps hardly differ.
      for (let again = 1 + (step % 2), isCutAgain = true; isCutAgain; again += 2) {
        const { isFirst, isSecond } = await dieTwice(step, again);
        isCut = isFirst;
        isCutAgain = isSecond;
      }
    }
  });
});

it('reports the file, the reason, and that everything was restored', async () => {
  const scenario = scenarios['a new module']!;
  const { root } = arrange(scenario);
  // Claim, journal and folders come first; step 9 writes a file.
  const { disk } = faultDisk(9, 'ENOSPC once');
  await expect(applyPlan(root, scenario.plan, { disk })).rejects.toMatchObject({
    code: 'apply-failed',
    fault: 'machine',
    message: expect.stringMatching(
      /^Writing src\/modules\/one\/\S+ failed: no space left on device \(ENOSPC\)\. All changes were rolled back/,
    ),
  });
});

it('reports that restoring failed, and restores in the next run', async () => {
  const scenario = scenarios['a new module']!;
  const { outer, root } = arrange(scenario);
  const old = snapshot(outer);
  const { disk } = faultDisk(9, 'EROFS from then on');
  await expect(applyPlan(root, scenario.plan, { disk })).rejects.toMatchObject({
    code: 'undo-failed',
    message: expect.stringContaining('read-only file system (EROFS)'),
    hint: expect.stringContaining('the next run restores everything'),
  });
  removeClaims(root);
  expect(await recover(root)).toMatchObject({ outcome: 'undone', pid: process.pid, paths: ['src/modules/one'] });
  expect(snapshot(outer)).toEqual(old);
});
