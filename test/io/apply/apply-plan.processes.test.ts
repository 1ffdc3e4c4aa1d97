import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { applyPlan } from '../../../src/io/apply/apply-plan.ts';
import { recover } from '../../../src/io/apply/recover.ts';
import { snapshot, tempFolder, writeTree } from '../temp-folder.ts';
import { bundleChild, ended, run, start } from './child.ts';
import { scenarios } from './scenarios.ts';

const name = 'a new module below missing folders, with edits to host files';
const scenario = scenarios[name]!;
let script: string;
let old: Record<string, string>;
let wanted: Record<string, string>;

function arrange(): string {
  const root = tempFolder();
  writeTree(root, scenario.before!);
  scenario.arrange?.(root);
  return root;
}

beforeAll(async () => {
  script = await bundleChild();
  const root = arrange();
  old = snapshot(root);
  await applyPlan(root, scenario.plan);
  wanted = snapshot(root);
});

/** Runs two steps at a time, until a step is past the end of the run. */
async function everyStep(check: (step: number) => Promise<boolean>, stride = 1): Promise<void> {
  for (let step = 1, isOver = false; !isOver; step += 2 * stride)
    isOver = (await Promise.all([check(step), check(step + stride)])).includes(false);
}

describe('SIGKILL', () => {
  it('at any step: the next process recovers the old tree or the new one', { timeout: 120_000 }, async () => {
    const seen = new Set<string>();
    await everyStep(async (step) => {
      const root = arrange();
      const child = await run(script, { kind: 'apply', root, scenario: name, at: { step, signal: 'SIGKILL' } });
      if (child.signal !== 'SIGKILL') return false;
      // The claim of the killed process remains; this process must detect that its owner has ended.
      const recovery = await recover(root);
      const found = snapshot(root);
      seen.add(`${recovery?.outcome ?? 'nothing'}`);
      if (recovery?.outcome === 'finished') expect(found, `step ${step}`).toEqual(wanted);
      else if (recovery?.outcome === 'undone') expect(found, `step ${step}`).toEqual(old);
      else expect([old, wanted], `step ${step}`).toContainEqual(found);
      rmSync(root, { recursive: true });
      return true;
    });
    expect([...seen].sort()).toEqual(['finished', 'nothing', 'undone']);
  });

  it('from outside during a slow run: a separate process recovers it', async () => {
    for (const delay of [0, 20, 60, 100, 140]) {
      const root = arrange();
      const child = start(script, { kind: 'apply', root, scenario: name, slow: 4 });
      const end = ended(child);
      await new Promise((begun) => child.stdout?.once('data', begun));
      await new Promise((later) => setTimeout(later, delay));
      child.kill('SIGKILL');
      await end;
      expect((await run(script, { kind: 'recover', root })).code).toBe(0);
      expect([old, wanted]).toContainEqual(snapshot(root));
    }
  });

  it('leaves nothing that blocks the next run', async () => {
    const root = arrange();
    await run(script, { kind: 'apply', root, scenario: name, at: { step: 24, signal: 'SIGKILL' } });
    expect(readdirSync(root)).toContain('.create-ai-module');
    await applyPlan(root, scenario.plan);
    expect(snapshot(root)).toEqual(wanted);
  });
});

// All signals share one code path, so the two that end the process are tested at every fourth step only.
describe.each([
  ['SIGINT', 1],
  ['SIGTERM', 4],
  ['SIGHUP', 4],
] as const)('%s', (signal, stride) => {
  it('at any step: restores everything and ends the process as the signal requires', { timeout: 120_000 }, async () => {
    let undone = 0;
    await everyStep(async (step) => {
      const root = arrange();
      const child = await run(script, { kind: 'apply', root, scenario: name, at: { step, signal } });
      if (child.code === 0) return false;
      if (signal === 'SIGINT') expect(child).toMatchObject({ code: 130, err: expect.stringContaining('Cancelled') });
      else expect(child).toMatchObject({ code: null, signal });
      const found = snapshot(root);
      if (found['app/'] === undefined) undone += 1;
      expect(found, `step ${step}`).toEqual(found['app/'] === undefined ? old : wanted);
      if (signal === 'SIGINT') expect(child.err.includes('were already written')).toBe(found['app/'] !== undefined);
      rmSync(root, { recursive: true });
      return true;
    }, stride);
    expect(undone).toBeGreaterThan(5);
  });
});

it('removes its signal handlers', async () => {
  const count = (): number[] => ['SIGINT', 'SIGTERM', 'SIGHUP'].map((signal) => process.listenerCount(signal));
  const before = count();
  const root = arrange();
  await applyPlan(root, scenario.plan);
  await expect(applyPlan(root, scenario.plan)).rejects.toMatchObject({ code: 'plan-is-stale' });
  expect(count()).toEqual(before);
});

describe('two processes', () => {
  it.each([undefined, 0])(
    'race 20 times for one module: exactly one or none writes its files (waitMs: %s)',
    async (waitMs) => {
      const pair = [0, 1].map(() => start(script, waitMs === undefined ? { kind: 'race' } : { kind: 'race', waitMs }));
      const answer = (child: (typeof pair)[0]) =>
        new Promise<{ outcome: string; pid: number }>((resolve) =>
          child.once('message', (reply) => resolve(reply as never)),
        );
      for (let round = 0; round < 20; round += 1) {
        const root = tempFolder();
        writeFileSync(join(root, 'registry.txt'), 'nobody\n');
        const answers = pair.map(answer);
        for (const child of pair) child.send(root);
        const replies = await Promise.all(answers);
        const winners = replies.filter(({ outcome }) => outcome === 'applied');
        for (const { outcome } of replies) expect(['applied', 'plan-is-stale', 'host-busy']).toContain(outcome);
        if (waitMs === undefined) expect(replies.map(({ outcome }) => outcome)).not.toContain('host-busy');
        if (waitMs === undefined) expect(winners).toHaveLength(1);
        expect(winners.length).toBeLessThanOrEqual(1);
        const text = (path: string): string => readFileSync(join(root, path), 'utf8');
        expect(text('registry.txt')).toBe(winners[0] ? `by ${winners[0].pid}\n` : 'nobody\n');
        if (winners[0]) expect(text('modules/one/by.txt')).toBe(`${winners[0].pid}`);
        expect(readdirSync(root).sort()).toEqual(winners[0] ? ['modules', 'registry.txt'] : ['registry.txt']);
      }
      for (const child of pair) child.kill();
    },
  );
});
