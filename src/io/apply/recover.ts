import { dirname, join, resolve } from 'node:path';
import { Failure } from '../../core/failure.ts';
import { stateFolder } from '../read-tree.ts';
import { type Disk, nodeDisk } from './disk.ts';
import { isDiskError, reasonOf } from './disk-error.ts';
import { lockHost } from './host-lock.ts';
import { dropJournal, type Journal, readJournal } from './journal.ts';
import { type Undone, undoMove } from './moves.ts';
import { removeFileIfThere, removeFolderIfEmpty } from './tidy.ts';

/** What was done about a run that had not ended. */
export interface Recovery {
  /** `undone`: the tree from before that run is back. `finished`: that run had written everything. */
  readonly outcome: 'undone' | 'finished';
  /** The number of the process that was cut off. */
  readonly pid: number;
  /** What that run had set out to write. */
  readonly paths: readonly string[];
  /** Files changed since that run wrote them: they were left alone; `before` is where their older text was put. */
  readonly edited: readonly { readonly path: string; readonly before?: string }[];
}

/**
 * Undoes or finishes a run that was killed while it wrote below `root`. Commands call it before they read; where
 * nothing was left it is one look at the disk.
 */
export async function recover(
  root: string,
  options: { readonly disk?: Disk; readonly waitMs?: number } = {},
): Promise<Recovery | undefined> {
  const disk = options.disk ?? nodeDisk;
  if (disk.look(join(resolve(root), stateFolder)) === undefined) return undefined;
  const real = disk.realPath(root);
  const lock = await lockHost(disk, real, options.waitMs ?? 3000);
  let found: ReturnType<typeof recoverLocked>;
  try {
    found = recoverLocked(disk, real);
  } finally {
    lock.release();
  }
  if (found?.outcome === 'undone') removeMadeRoot(disk, real, found.rootFolders);
  return found;
}

/** The same for who has the lock already. */
export function recoverLocked(disk: Disk, root: string): (Recovery & { rootFolders: number }) | undefined {
  try {
    const left = readJournal(disk, root);
    if (left === undefined) {
      dropJournal(disk, root);
      return undefined;
    }
    const { journal, isCommitted } = left;
    const undone = isCommitted ? finishRun(disk, root, journal) : undoRun(disk, root, journal);
    const { pid, rootFolders } = journal;
    const outcome = isCommitted ? 'finished' : 'undone';
    const edited = undone.filter((move) => move.outcome === 'edited').map(({ outcome: _, ...where }) => where);
    return { outcome, pid, rootFolders, edited, paths: journal.moves.map((move) => move.target) };
  } catch (error) {
    if (!isDiskError(error)) throw error;
    throw new Failure(
      'undo-failed',
      { root, reason: reasonOf(error), first: 'An earlier run was interrupted.' },
      error,
    );
  }
}

/** Puts everything back, the last step first; may be cut off at any point and done again. */
export function undoRun(disk: Disk, root: string, journal: Journal): Undone[] {
  const undone = [...journal.moves].reverse().map((move) => undoMove(disk, root, move));
  for (const folder of [...journal.folders].reverse()) removeFolderIfEmpty(disk, join(root, folder));
  dropJournal(disk, root);
  return undone;
}

/** Removes what only an undo would have needed. */
export function finishRun(disk: Disk, root: string, journal: Journal): Undone[] {
  for (const move of journal.moves) {
    if (move.kind !== 'add') removeFileIfThere(disk, join(root, move.backup));
    if (move.kind === 'remove') removeEmptyFolders(disk, root, dirname(move.target));
  }
  dropJournal(disk, root);
  return [];
}

/** A folder exists for its files: the last one takes it along, as in git. */
function removeEmptyFolders(disk: Disk, root: string, folder: string): void {
  for (let path = folder; path !== '.' && disk.look(join(root, path)) !== undefined; path = dirname(path)) {
    if (disk.list(join(root, path)).length > 0) return;
    removeFolderIfEmpty(disk, join(root, path));
  }
}

function removeMadeRoot(disk: Disk, root: string, count: number): void {
  let folder = root;
  for (let index = 0; index < count; index += 1) {
    removeFolderIfEmpty(disk, folder);
    folder = dirname(folder);
  }
}

/**
 * The folders from `path` upward in which a run of this user's was cut off. A host in several new folders is written
 * from the one above them that was there.
 */
export function interruptedAbove(path: string): string[] {
  const folders: string[] = [];
  for (let folder = resolve(path); ; folder = dirname(folder)) {
    if (isOwn(join(folder, stateFolder))) folders.push(folder);
    if (dirname(folder) === folder) return folders;
  }
}

/** Somebody else's journal, say in /tmp, must not move our files about. */
function isOwn(path: string): boolean {
  try {
    const entry = nodeDisk.look(path);
    return entry !== undefined && entry.uid === (process.getuid?.() ?? entry.uid);
  } catch {
    return false;
  }
}
