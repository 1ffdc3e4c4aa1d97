import { join } from 'node:path';
import type { Disk } from './disk.ts';
import { codeOf, isDiskError } from './disk-error.ts';

/** Removes a file that may be gone already. */
export function removeFileIfThere(disk: Disk, path: string): void {
  unlessCode(['ENOENT', 'ENOTDIR'], () => disk.removeFile(path));
}

/** Removes a folder unless something is in it. */
export function removeFolderIfEmpty(disk: Disk, path: string): void {
  unlessCode(['ENOENT', 'ENOTDIR', 'ENOTEMPTY', 'EEXIST', 'EBUSY'], () => disk.removeFolder(path));
}

/** Removes a file, or a folder with all that is in it; follows no link. */
export function removeTree(disk: Disk, path: string): void {
  const kind = disk.look(path)?.kind;
  if (kind === 'folder') {
    for (const name of disk.list(path)) removeTree(disk, join(path, name));
    disk.removeFolder(path);
  } else if (kind !== undefined) disk.removeFile(path);
}

/** For what must not turn a success into a failure: tries twice, then leaves it to the next run. */
export function attempt(step: () => void): boolean {
  for (let tries = 0; tries < 2; tries += 1) {
    try {
      step();
      return true;
    } catch (error) {
      if (!isDiskError(error)) throw error;
    }
  }
  return false;
}

function unlessCode(codes: readonly string[], step: () => void): void {
  try {
    step();
  } catch (error) {
    if (!codes.includes(codeOf(error) ?? '')) throw error;
  }
}
