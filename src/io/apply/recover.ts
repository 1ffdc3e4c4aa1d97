import { dirname, join, resolve } from 'node:path';
import { Failure } from '../../core/failure.ts';
import { type Disk, nodeDisk, removeFileIfThere, removeFolderIfEmpty } from '../fs/disk.ts';
import { isDiskError, reasonOf } from '../fs/disk-error.ts';
import { stateFolder } from '../fs/read-tree.ts';
import { lockHost } from './host-lock.ts';
import { dropJournal, type Journal, readJournal } from './journal.ts';
import { type Undone, undoMove } from './moves.ts';

/** The recovery of an interrupted run. */
export interface Recovery {
  /** `undone`: the tree from before that run is restored. `finished`: that run had written everything. */
  readonly outcome: 'undone' | 'finished';
  /** The ID of the interrupted process. */
  readonly pid: number;
  /** The targets of that run. */
  readonly paths: readonly string[];
  /** Files edited after that run wrote them, and therefore kept; `before` is where their earlier content is saved. */
  readonly edited: readonly { readonly path: string; readonly before?: string }[];
}

/**
 * Undoes or finishes a run that was interrupted while it wrote below `root`. Commands call it before they read. Without
 * an interrupted run it costs one `lstat`.
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
  if (found?.outcome === 'undone') removeCreatedRoot(disk, real, found.rootFolders);
  return found;
}

/** Like `recover`, for callers that already hold the lock. */
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

/** Restores everything, last step first. Safe to repeat after an interruption. */
export function undoRun(disk: Disk, root: string, journal: Journal): Undone[] {
  const undone = [...journal.moves].reverse().map((move) => undoMove(disk, root, move));
  for (const folder of [...journal.folders].reverse()) removeFolderIfEmpty(disk, join(root, folder));
  dropJournal(disk, root);
  return undone;
}

/** Removes the backups and the journal, which only an undo needs. */
export function finishRun(disk: Disk, root: string, journal: Journal): Undone[] {
  for (const move of journal.moves) {
    if (move.kind !== 'add') removeFileIfThere(disk, join(root, move.backup));
    if (move.kind === 'remove') removeEmptyFolders(disk, root, dirname(move.target));
  }
  dropJournal(disk, root);
  return [];
}

/** As in git, a folder disappears with its last file. */
function removeEmptyFolders(disk: Disk, root: string, folder: string): void {
  for (let path = folder; path !== '.' && disk.look(join(root, path)) !== undefined; path = dirname(path)) {
    if (disk.list(join(root, path)).length > 0) return;
    removeFolderIfEmpty(disk, join(root, path));
  }
}

function removeCreatedRoot(disk: Disk, root: string, count: number): void {
  let folder = root;
  for (let index = 0; index < count; index += 1) {
    removeFolderIfEmpty(disk, folder);
    folder = dirname(folder);
  }
}

/**
 * The folders from `path` upward that contain an interrupted run of this user. The run that created a host may have
 * stored its journal in the nearest parent folder that existed.
 */
export function interruptedAbove(path: string): string[] {
  const folders: string[] = [];
  for (let folder = resolve(path); ; folder = dirname(folder)) {
    if (belongsToUser(join(folder, stateFolder))) folders.push(folder);
    if (dirname(folder) === folder) return folders;
  }
}

/** Another user's journal, for example in /tmp, must not move this user's files. */
function belongsToUser(path: string): boolean {
  try {
    const entry = nodeDisk.look(path);
    return entry !== undefined && entry.uid === (process.getuid?.() ?? entry.uid);
  } catch {
    return false;
  }
}
