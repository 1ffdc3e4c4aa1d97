import { dirname, resolve } from 'node:path';
import { Failure } from '../../core/failure.ts';
import type { Disk } from './disk.ts';
import { isDiskError, reasonOf } from './disk-error.ts';
import { attempt, removeFolderIfEmpty } from './tidy.ts';

/** The folder that a plan is about, by its real path. */
export interface Root {
  readonly path: string;
  /** Folders that were made because it did not exist, the innermost first. */
  readonly made: readonly string[];
  /** Removes them again, as far as they are empty. */
  unmake(): void;
}

/** Opens the folder `path`, and makes it first where it is missing. */
export function openRoot(disk: Disk, path: string): Root {
  const made: string[] = [];
  const unmake = (): void => {
    for (const folder of made) removeFolderIfEmpty(disk, folder);
  };
  try {
    for (const folder of missingFolders(disk, resolve(path))) {
      disk.makeFolder(folder);
      made.unshift(folder);
    }
    const real = disk.realPath(path);
    if (disk.look(real)?.kind === 'folder') return { path: real, made, unmake };
    throw new Failure('target-unusable', { path, reason: 'it is not a folder' });
  } catch (error) {
    attempt(unmake);
    if (!isDiskError(error)) throw error;
    if (error.code === 'ENOTDIR') throw new Failure('target-unusable', { path, reason: reasonOf(error) }, error);
    throw new Failure('apply-failed', { path, reason: reasonOf(error) }, error);
  }
}

function missingFolders(disk: Disk, path: string): string[] {
  const missing: string[] = [];
  for (let folder = path; disk.look(folder) === undefined; folder = dirname(folder)) missing.unshift(folder);
  return missing;
}
