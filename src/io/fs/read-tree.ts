import { type Dirent, readdirSync, realpathSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Failure } from '../../core/failure.ts';
import { invalidPathReason, type RelPath } from '../../core/tree/rel-path.ts';
import { comparePaths, type Tree, type TreeFile } from '../../core/tree/tree.ts';
import { confine } from './confine.ts';
import { nodeDisk } from './disk.ts';
import { isDiskError, reasonOf } from './disk-error.ts';
import { readFile } from './read-file.ts';

/** The folder at the root of a host for the state of a run: locks, journal and the record for `undo`. */
export const stateFolder = '.create-ai-module';

/** Folders without source: tools recreate their contents. */
export const ignoredFolders: ReadonlySet<string> = new Set([
  '.git',
  '.mypy_cache',
  '.pytest_cache',
  '.ruff_cache',
  '.venv',
  '__pycache__',
  'node_modules',
  stateFolder,
]);

/** Whether a folder has no source. A run stages new modules in folders whose names start like the state folder's. */
export function isIgnoredFolder(name: string): boolean {
  return ignoredFolders.has(name) || name.startsWith(stateFolder);
}

/**
 * Every file below `root`, sorted by path; an empty tree if `root` does not exist. Does not follow links. Skips names
 * that are invalid on any supported operating system: plans reject them too.
 */
export async function readTree(root: string, options: { readonly ignore?: ReadonlySet<string> } = {}): Promise<Tree> {
  return new Map(pathsBelow(root, options.ignore).map((path) => [path, readFile(join(root, path))]));
}

/** The paths of `readTree`. */
export function pathsBelow(root: string, ignore = ignoredFolders): RelPath[] {
  const paths: RelPath[] = [];
  if (statSync(root, { throwIfNoEntry: false })) collect(root, '', ignore, paths);
  return paths.sort(comparePaths);
}

function collect(root: string, folder: string, ignore: ReadonlySet<string>, paths: RelPath[]): void {
  for (const entry of entriesOf(join(root, folder))) {
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
    if (entry.isDirectory() && !ignore.has(entry.name)) collect(root, path, ignore, paths);
    if (entry.isFile() && invalidPathReason(path) === undefined) paths.push(path as RelPath);
  }
}

/** One file below `root`; `undefined` if it does not exist. Rejects the same links as `applyPlan`. */
export async function readFileOf(root: string, path: RelPath): Promise<TreeFile | undefined> {
  if (!statSync(root, { throwIfNoEntry: false })) return undefined;
  const real = realpathSync.native(root);
  const place = confine(nodeDisk, real, path);
  if (place.entry === undefined) return undefined;
  if (place.entry.kind !== 'file') throw new Failure('target-unusable', { path, reason: 'it is not a regular file' });
  return readFile(join(real, place.path));
}

/** The folder's entries. Throws `file-unreadable`. */
function entriesOf(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    if (!isDiskError(error)) throw error;
    throw new Failure('file-unreadable', { file: folder, reason: reasonOf(error) }, error);
  }
}
