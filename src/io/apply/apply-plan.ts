import { join } from 'node:path';
import { Failure } from '../../core/failure.ts';
import { isNoop, type Plan } from '../../core/tree/plan.ts';
import { openRoot, type Root } from '../fs/confine.ts';
import { attempt, type Disk, nodeDisk } from '../fs/disk.ts';
import { isDiskError, reasonOf } from '../fs/disk-error.ts';
import type { OnProgress } from '../io.ts';
import { checkPlan } from './check-plan.ts';
import { lockHost } from './host-lock.ts';
import { type Job, makeJob } from './job.ts';
import { commitJournal, type Journal, writeJournal } from './journal.ts';
import { backUp, makeMove, stampsOf } from './moves.ts';
import { finishRun, recoverLocked, undoRun } from './recover.ts';
import { deferSignals, type Pause } from './signals.ts';

export interface ApplyOptions {
  readonly disk?: Disk;
  /** How long to wait while another run holds the lock, in milliseconds; 3000 by default. */
  readonly waitMs?: number;
  /** Called under the lock, before the first write. Returns a function that undoes its effects, called on failure. */
  readonly prepare?: () => () => void;
  /** Receives how many files are staged beside their targets: nearly all of the work. */
  readonly onProgress?: OnProgress;
}

/**
 * Applies `plan` to the files below `root`, all or nothing. After an error, a signal or a killed process, the disk
 * holds either the old tree or the new one, at the latest once `recover` has run.
 *
 * This protects against a killed process, which preserves the order of writes. A new module is not fsynced, so a
 * power failure may lose it. A file that replaces a user's file is fsynced before the old one is removed.
 *
 * The lock is per root, so commands always pass the root of the host, never a folder in it.
 */
export async function applyPlan(root: string, plan: Plan, options: ApplyOptions = {}): Promise<void> {
  if (isNoop(plan)) return;
  const disk = options.disk ?? nodeDisk;
  await deferSignals(async (pause) => {
    const opened = openRoot(disk, root);
    try {
      const lock = await lockHost(disk, opened.path, options.waitMs ?? 3000, pause);
      await applyLocked(disk, opened, plan, pause, options).finally(() => lock.release());
    } catch (error) {
      attempt(() => opened.removeCreated());
      throw error;
    }
  });
}

async function applyLocked(
  disk: Disk,
  root: Root,
  plan: Plan,
  pause: Pause,
  { prepare, onProgress }: ApplyOptions,
): Promise<void> {
  recoverLocked(disk, root.path);
  const run = `${process.pid.toString(36)}${Date.now().toString(36)}`;
  const job = makeJob(checkPlan(disk, root.path, plan), run, root.created.length);
  const undoPreparation = prepare?.();
  try {
    await carryOut(disk, root.path, job, pause, onProgress);
  } catch (error) {
    undoPreparation?.();
    throw error;
  }
}

async function carryOut(disk: Disk, root: string, job: Job, pause: Pause, onProgress?: OnProgress): Promise<void> {
  let { journal } = job;
  try {
    wrapDiskError(root, () => writeJournal(disk, root, journal, false));
    await stage(disk, root, job, pause, onProgress);
    journal = wrapDiskError(root, () => stampJournal(disk, root, journal));
    wrapDiskError(root, () => writeJournal(disk, root, journal, job.isDurable));
    for (const move of journal.moves) wrapDiskError(move.target, () => backUp(disk, root, move));
    await pause();
    for (const move of journal.moves) wrapDiskError(move.target, () => makeMove(disk, root, move));
    await pause();
    wrapDiskError(root, () => commitJournal(disk, root));
  } catch (error) {
    rollBack(disk, root, journal, error);
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

async function stage(disk: Disk, root: string, job: Job, pause: Pause, onProgress?: OnProgress): Promise<void> {
  for (const folder of [...job.journal.folders, ...job.stagedFolders])
    wrapDiskError(folder, () => disk.makeFolder(join(root, folder)));
  let last = process.uptime();
  for (const [done, file] of job.stagedFiles.entries()) {
    wrapDiskError(file.target, () => disk.write(join(root, file.path), file.content, file.options));
    if (process.uptime() - last < 0.005) continue;
    await onProgress?.(done + 1, job.stagedFiles.length);
    await pause();
    last = process.uptime();
  }
}

function rollBack(disk: Disk, root: string, journal: Journal, why: unknown): void {
  try {
    undoRun(disk, root, journal);
  } catch (error) {
    if (!isDiskError(error)) throw error;
    const first = why instanceof Error ? why.message : String(why);
    throw new Failure('undo-failed', { root, reason: reasonOf(error), first }, error);
  }
}

/** Names the target in the failure: the path of the system error may be a staging path, unknown to the user. */
function wrapDiskError<T>(path: string, step: () => T): T {
  try {
    return step();
  } catch (error) {
    if (!isDiskError(error)) throw error;
    throw new Failure('apply-failed', { path, reason: reasonOf(error) }, error);
  }
}
