import { join } from 'node:path';
import type { Disk } from './disk.ts';
import { codeOf, isDiskError } from './disk-error.ts';

/** Removes a file if it exists. */
export function removeFileIfThere(disk: Disk, path: string): void {
  ignoringCodes(['ENOENT', 'ENOTDIR'], () => disk.removeFile(path));
}

/** Removes a folder if it is empty. */
export function removeFolderIfEmpty(disk: Disk, path: string): void {
  ignoringCodes(['ENOENT', 'ENOTDIR', 'ENOTEMPTY', 'EEXIST', 'EBUSY'], () => disk.removeFolder(path));
}

/** Removes a file, or a folder with its contents. Does not follow links. */
export function removeTree(disk: Disk, path: string): void {
  const kind = disk.look(path)?.kind;
  if (kind === 'folder') {
    for (const name of disk.list(path)) removeTree(disk, join(path, name));
    disk.removeFolder(path);
  } else if (kind !== undefined) disk.removeFile(path);
}

/** For cleanup that must not turn a success into a failure: tries twice, then leaves it to the next run. */
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

function ignoringCodes(codes: readonly string[], step: () => void): void {
  try {
    step();
  } catch (error) {
    if (!codes.includes(codeOf(error) ?? '')) throw error;
  }
}
