import { dirname, resolve } from 'node:path';
import { Failure } from '../../core/failure.ts';
import type { Disk } from './disk.ts';
import { isDiskError, reasonOf } from './disk-error.ts';
import { attempt, removeFolderIfEmpty } from './tidy.ts';

/** The folder that a plan applies to, by its real path. */
export interface Root {
  readonly path: string;
  /** Folders created because the root did not exist, innermost first. */
  readonly created: readonly string[];
  /** Removes the created folders that are empty. */
  removeCreated(): void;
}

/** Opens the folder `path`, creating it if it is missing. */
export function openRoot(disk: Disk, path: string): Root {
  const created: string[] = [];
  const removeCreated = (): void => {
    for (const folder of created) removeFolderIfEmpty(disk, folder);
  };
  try {
    for (const folder of missingFolders(disk, resolve(path))) {
      disk.makeFolder(folder);
      created.unshift(folder);
    }
    const real = disk.realPath(path);
    if (disk.look(real)?.kind === 'folder') return { path: real, created, removeCreated };
    throw new Failure('target-unusable', { path, reason: 'it is not a folder' });
  } catch (error) {
    attempt(removeCreated);
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
