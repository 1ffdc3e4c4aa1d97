import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { applyPlan } from '../../../src/io/apply/apply-plan.ts';
import { lockHost } from '../../../src/io/apply/host-lock.ts';
import { recover } from '../../../src/io/apply/recover.ts';
import { type Disk, nodeDisk } from '../../../src/io/fs/disk.ts';
import { Cancelled } from '../../../src/io/io.ts';
import { countingDisk } from './fault-disk.ts';
import { scenarios, tree } from './scenarios.ts';

/** What the child process does. The script is bundled, so that it runs on every supported version of Node. */
export type Order =
  | {
      readonly kind: 'apply';
      readonly root: string;
      readonly scenario: string;
      readonly at?: At;
      readonly slow?: number;
    }
  /** Any plan, from a JSON file. */
  | { readonly kind: 'plan'; readonly root: string; readonly plan: string; readonly at?: At; readonly slow?: number }
  | { readonly kind: 'recover'; readonly root: string }
  | { readonly kind: 'race'; readonly waitMs?: number }
  /** Acquires the lock and never releases it. */
  | { readonly kind: 'hold'; readonly root: string }
  | { readonly kind: 'count'; readonly root: string; readonly times: number };

/** Which signal the process sends itself before which step. */
interface At {
  readonly step: number;
  readonly signal: NodeJS.Signals;
}

async function execute(order: Order): Promise<void> {
  if (order.kind === 'apply') await applyPlan(order.root, scenarios[order.scenario]!.plan, { disk: diskFor(order) });
  if (order.kind === 'plan')
    await applyPlan(order.root, JSON.parse(readFileSync(order.plan, 'utf8')), { disk: diskFor(order) });
  if (order.kind === 'recover') process.stdout.write(JSON.stringify((await recover(order.root)) ?? null));
  if (order.kind === 'hold') await hold(order.root);
  if (order.kind === 'race') process.on('message', (root: string) => void race(root, order.waitMs));
  if (order.kind === 'count') for (let time = 0; time < order.times; time += 1) await countUp(order.root);
}

function diskFor({ at, slow }: { readonly at?: At; readonly slow?: number }): Disk {
  return countingDisk((step) => {
    if (step === 1) process.stdout.write('begun\n');
    if (slow) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, slow);
    if (step === at?.step) process.kill(process.pid, at.signal);
  });
}

/** Writes one module and one line in a host file, in a race with another process. */
async function race(root: string, waitMs: number | undefined): Promise<void> {
  const { planChanges } = await import('../../../src/core/tree/plan.ts');
  const before = tree({ 'registry.txt': readFileSync(join(root, 'registry.txt'), 'utf8') });
  const files = {
    'registry.txt': `by ${process.pid}\n`,
    'modules/one/by.txt': `${process.pid}`,
    'modules/one/b.txt': 'b',
  };
  const plan = planChanges(before, tree(files), { newFolders: ['modules/one' as never] });
  const outcome = await applyPlan(root, plan, waitMs === undefined ? {} : { waitMs }).then(
    () => 'applied',
    (error: unknown) => (error as { code?: string }).code ?? String(error),
  );
  process.send?.({ outcome, pid: process.pid });
}

async function hold(root: string): Promise<void> {
  await lockHost(nodeDisk, root, 60_000);
  process.stdout.write('held\n');
  await new Promise((never) => setTimeout(never, 60_000));
}

/** Loses counts if two processes ever run this at once. */
async function countUp(root: string): Promise<void> {
  const lock = await lockHost(nodeDisk, root, 60_000);
  const file = join(root, 'count');
  const count = Number(readFileSync(file, 'utf8'));
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
  writeFileSync(file, String(count + 1));
  lock.release();
}

execute(JSON.parse(process.argv[2]!)).catch((error: unknown) => {
  process.stderr.write(
    `${(error as Error).name} ${(error as { code?: string }).code ?? ''} ${(error as Error).message}\n`,
  );
  process.exitCode = error instanceof Cancelled ? 130 : 3;
});
