import { dirname, join, relative, resolve, sep } from 'node:path';
import { Failure } from '../../core/failure.ts';
import type { RelPath } from '../../core/tree/rel-path.ts';
import { attempt, type Disk, type Entry, removeFolderIfEmpty } from './disk.ts';
import { isDiskError, reasonOf } from './disk-error.ts';

/** The resolved location of a path of a plan. */
export interface Place {
  /** Relative to the root, with forward slashes; linked folders are resolved. */
  readonly path: string;
  readonly entry: Entry | undefined;
  /** Parent folders that do not exist yet, outermost first. */
  readonly missing: readonly string[];
}

/**
 * Resolves `path` below `root`, one segment at a time. `root` must be a real path. A linked folder is followed while it
 * stays inside the root. Throws `path-escapes` for a link that leads outside or is broken, and `target-unusable` for a
 * file where a folder is needed.
 */
export function confine(disk: Disk, root: string, path: RelPath): Place {
  const segments = path.split('/');
  let folder = '';
  for (const [index, segment] of segments.entries()) {
    const here = below(folder, segment);
    const entry = disk.look(join(root, here));
    if (entry === undefined) return absent(here, segments.slice(index + 1));
    const inside = entry.kind === 'link' ? followLink(disk, root, here, path) : here;
    if (index === segments.length - 1) return { path: here, entry, missing: [] };
    if (entry.kind !== 'folder' && disk.look(join(root, inside))?.kind !== 'folder')
      throw new Failure('target-unusable', { path, reason: `${here} is not a folder` });
    folder = inside;
  }
  throw new Error('a RelPath has at least one segment');
}

function absent(first: string, rest: readonly string[]): Place {
  const missing: string[] = [];
  let path = first;
  for (const segment of rest) {
    missing.push(path);
    path = below(path, segment);
  }
  return { path, entry: undefined, missing };
}

function followLink(disk: Disk, root: string, link: string, path: RelPath): string {
  const target = realPathOf(disk, join(root, link));
  if (target === undefined) throw new Failure('path-escapes', { path, reason: `${link} is a broken symbolic link` });
  const inside = relative(root, target);
  if (inside === '..' || inside.startsWith(`..${sep}`) || join(root, inside) !== target)
    throw new Failure('path-escapes', { path, reason: `${link} is a symbolic link to ${target}, outside ${root}` });
  return inside.split(sep).join('/');
}

function realPathOf(disk: Disk, path: string): string | undefined {
  try {
    return disk.realPath(path);
  } catch {
    return undefined;
  }
}

function below(folder: string, name: string): string {
  return folder === '' ? name : `${folder}/${name}`;
}

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
