import { join } from 'node:path';
import { Failure } from '../../core/failure.ts';
import { isNoop, type Plan } from '../../core/tree/plan.ts';
import type { Tell } from '../io.ts';
import { checkPlan } from './check-plan.ts';
import { type Disk, nodeDisk } from './disk.ts';
import { isDiskError, reasonOf } from './disk-error.ts';
import { lockHost } from './host-lock.ts';
import { type Job, makeJob } from './job.ts';
import { commitJournal, type Journal, writeJournal } from './journal.ts';
import { backUp, makeMove, stampsOf } from './moves.ts';
import { finishRun, recoverLocked, undoRun } from './recover.ts';
import { openRoot, type Root } from './root.ts';
import { holdSignals, type Pause } from './signals.ts';
import { attempt } from './tidy.ts';

export interface ApplyOptions {
  readonly disk?: Disk;
  /** How long to wait for another run to end; 3 seconds by default. */
  readonly waitMs?: number;
  /** Runs before the first write, when no other run can write any more; what it returns takes back what it did. */
  readonly prepare?: () => () => void;
  /** Hears how many of the files are written beside their targets: nearly all of the work. */
  readonly tell?: Tell;
}

/**
 * Makes the disk below `root` what `plan` says: all of it, or nothing. Whatever happens on the way, a failure, a signal
 * or the end of the process, the old tree or the new one is there afterwards, at the latest after the next `recover`.
 *
 * The model is the death of the process, which keeps the order of writes, so a new module is not synced to the platter:
 * losing power may lose it. Files that exist are the user's, so what replaces them is synced before they go.
 *
 * Commands always pass the root of the host, not a folder in it: the lock is per root.
 */
export async function applyPlan(root: string, plan: Plan, options: ApplyOptions = {}): Promise<void> {
  if (isNoop(plan)) return;
  const disk = options.disk ?? nodeDisk;
  await holdSignals(async (pause) => {
    const opened = openRoot(disk, root);
    try {
      const lock = await lockHost(disk, opened.path, options.waitMs ?? 3000, pause);
      await applyLocked(disk, opened, plan, pause, options).finally(() => lock.release());
    } catch (error) {
      attempt(() => opened.unmake());
      throw error;
    }
  });
}

async function applyLocked(
  disk: Disk,
  root: Root,
  plan: Plan,
  pause: Pause,
  { prepare, tell }: ApplyOptions,
): Promise<void> {
  recoverLocked(disk, root.path);
  const run = `${process.pid.toString(36)}${Date.now().toString(36)}`;
  const job = makeJob(checkPlan(disk, root.path, plan), run, root.made.length);
  const takeBack = prepare?.();
  try {
    await carryOut(disk, root.path, job, pause, tell);
  } catch (error) {
    takeBack?.();
    throw error;
  }
}

async function carryOut(disk: Disk, root: string, job: Job, pause: Pause, tell?: Tell): Promise<void> {
  let { journal } = job;
  try {
    at(root, () => writeJournal(disk, root, journal, false));
    await stage(disk, root, job, pause, tell);
    journal = at(root, () => stampJournal(disk, root, journal));
    at(root, () => writeJournal(disk, root, journal, job.isDurable));
    for (const move of journal.moves) at(move.target, () => backUp(disk, root, move));
    await pause();
    for (const move of journal.moves) at(move.target, () => makeMove(disk, root, move));
    await pause();
    at(root, () => commitJournal(disk, root));
  } catch (error) {
    putBack(disk, root, journal, error);
    throw error;
  }
  attempt(() => finishRun(disk, root, journal));
}

function stampJournal(disk: Disk, root: string, journal: Journal): Journal {
  const moves = journal.moves.map((move) =>
    move.kind === 'remove' ? move : { ...move, stamps: stampsOf(disk, join(root, move.staged)) },
  );
  return { ...journal, moves };
}

async function stage(disk: Disk, root: string, job: Job, pause: Pause, tell?: Tell): Promise<void> {
  for (const folder of [...job.journal.folders, ...job.stagedFolders])
    at(folder, () => disk.makeFolder(join(root, folder)));
  let last = process.uptime();
  for (const [done, file] of job.stagedFiles.entries()) {
    at(file.target, () => disk.write(join(root, file.path), file.content, file.options));
    if (process.uptime() - last < 0.005) continue;
    await tell?.(done + 1, job.stagedFiles.length);
    await pause();
    last = process.uptime();
  }
}

function putBack(disk: Disk, root: string, journal: Journal, why: unknown): void {
  try {
    undoRun(disk, root, journal);
  } catch (error) {
    if (!isDiskError(error)) throw error;
    const first = why instanceof Error ? why.message : String(why);
    throw new Failure('undo-failed', { root, reason: reasonOf(error), first }, error);
  }
}

/** Says which target a refusal of the machine is about; the path it comes with may be one that nobody knows. */
function at<T>(path: string, step: () => T): T {
  try {
    return step();
  } catch (error) {
    if (!isDiskError(error)) throw error;
    throw new Failure('apply-failed', { path, reason: reasonOf(error) }, error);
  }
}
