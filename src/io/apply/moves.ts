import { join } from 'node:path';
import { Failure } from '../../core/failure.ts';
import { type Disk, removeFileIfThere, removeTree } from '../fs/disk.ts';
import { codeOf, isDiskError } from '../fs/disk-error.ts';
import type { Move, Stamps } from './journal.ts';

/** Saves the current file beside the target. The target itself stays in place. */
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

/** Makes a move visible, in a single rename. */
export function makeMove(disk: Disk, root: string, move: Move): void {
  const target = join(root, move.target);
  if (move.kind === 'add' && disk.look(target) !== undefined) throw new Failure('plan-is-stale', { path: move.target });
  if (move.kind === 'remove') disk.rename(target, join(root, move.backup));
  else disk.rename(join(root, move.staged), target);
}

/** The result of undoing the move of one target. */
export interface Undone {
  readonly path: string;
  /** `edited`: changed after the run wrote it, so the edit is kept; the earlier content is saved at `before`. */
  readonly outcome: 'untouched' | 'restored' | 'edited';
  readonly before?: string;
}

/**
 * Restores one target, whichever step the run reached. Safe to repeat after an interruption. A move is one rename:
 * while the staged file exists, the target is untouched.
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
  // Without stamps the run never started its moves, so the target is not its work.
  if (move.stamps === undefined || disk.look(target) === undefined) return { path: move.target, outcome: 'untouched' };
  if (!isAsWritten(disk, target, move.stamps)) return { path: move.target, outcome: 'edited' };
  // Renamed first, then removed file by file: a half-removed module is never visible.
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
