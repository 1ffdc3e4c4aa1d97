import { join } from 'node:path';
import { Failure } from '../../core/failure.ts';
import type { Disk } from './disk.ts';
import { codeOf, isDiskError } from './disk-error.ts';
import type { Move, Stamps } from './journal.ts';
import { removeFileIfThere, removeTree } from './tidy.ts';

/** Keeps what is there now beside the target; the target itself stays where it is. */
export function backUp(disk: Disk, root: string, move: Move): void {
  if (move.kind !== 'replace') return;
  const target = join(root, move.target);
  const backup = join(root, move.backup);
  try {
    disk.link(target, backup);
  } catch (error) {
    // FAT, exFAT and some network file systems have no hard links.
    if (!isDiskError(error) || codeOf(error) === 'ENOSPC') throw error;
    disk.write(backup, disk.read(target), { like: disk.look(target)! });
  }
}

/** The one step after which a move is visible. */
export function makeMove(disk: Disk, root: string, move: Move): void {
  const target = join(root, move.target);
  if (move.kind === 'add' && disk.look(target) !== undefined) throw new Failure('plan-is-stale', { path: move.target });
  if (move.kind === 'remove') disk.rename(target, join(root, move.backup));
  else disk.rename(join(root, move.staged), target);
}

/** What became of one target when a run was undone. */
export interface Undone {
  readonly path: string;
  /** `edited`: someone changed it after it had been written, so it stays; what was there before is in `before`. */
  readonly outcome: 'untouched' | 'restored' | 'edited';
  readonly before?: string;
}

/**
 * Puts one target back, however far the run came; may itself be cut off and done again. A move is one rename, so as
 * long as the staged file is there, the target has not been touched.
 */
export function undoMove(disk: Disk, root: string, move: Move): Undone {
  if (move.kind === 'add') return undoAdd(disk, root, move);
  if (move.kind === 'remove') return undoRemove(disk, root, move);
  const [target, staged, backup] = [join(root, move.target), join(root, move.staged), join(root, move.backup)];
  if (disk.look(staged) !== undefined) {
    removeFileIfThere(disk, backup);
    disk.removeFile(staged);
    return { path: move.target, outcome: 'untouched' };
  }
  if (disk.look(backup) === undefined) return { path: move.target, outcome: 'untouched' };
  return isAsWritten(disk, target, move.stamps) ? restore(disk, root, move) : setAside(disk, root, move);
}

function undoAdd(disk: Disk, root: string, move: Move & { kind: 'add' }): Undone {
  const [target, staged] = [join(root, move.target), join(root, move.staged)];
  if (disk.look(staged) !== undefined) {
    removeTree(disk, staged);
    return { path: move.target, outcome: 'untouched' };
  }
  // Without stamps the run never came to its moves: whatever is there, it did not put there.
  if (move.stamps === undefined || disk.look(target) === undefined) return { path: move.target, outcome: 'untouched' };
  if (!isAsWritten(disk, target, move.stamps)) return { path: move.target, outcome: 'edited' };
  // Away at once, then piece by piece: a half-removed module is never seen.
  disk.rename(target, staged);
  removeTree(disk, staged);
  return { path: move.target, outcome: 'restored' };
}

function undoRemove(disk: Disk, root: string, move: Move & { kind: 'remove' }): Undone {
  if (disk.look(join(root, move.backup)) === undefined) return { path: move.target, outcome: 'untouched' };
  const isFree = disk.look(join(root, move.target)) === undefined;
  return isFree ? restore(disk, root, move) : setAside(disk, root, move);
}

function restore(disk: Disk, root: string, move: Move & { backup: string }): Undone {
  disk.rename(join(root, move.backup), join(root, move.target));
  return { path: move.target, outcome: 'restored' };
}

function setAside(disk: Disk, root: string, move: Move & { backup: string }): Undone {
  let before = `${move.target}.orig`;
  for (let count = 1; disk.look(join(root, before)) !== undefined; count += 1) before = `${move.target}.orig${count}`;
  disk.rename(join(root, move.backup), join(root, before));
  return { path: move.target, outcome: 'edited', before };
}

function isAsWritten(disk: Disk, target: string, stamps: Stamps | undefined): boolean {
  const now = Object.entries(stampsOf(disk, target));
  return now.length === Object.keys(stamps ?? {}).length && now.every(([name, stamp]) => stamps?.[name] === stamp);
}

/** The stamps of a file, or of all files in a folder. */
export function stampsOf(disk: Disk, path: string, name = ''): Stamps {
  const entry = disk.look(join(path, name));
  if (entry?.kind !== 'folder')
    return { [name]: entry?.kind === 'file' ? `${entry.size} ${entry.modified}` : 'no file' };
  const prefix = name === '' ? '' : `${name}/`;
  return Object.assign({}, ...disk.list(join(path, name)).map((child) => stampsOf(disk, path, `${prefix}${child}`)));
}
