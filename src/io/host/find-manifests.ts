import { type Dirent, existsSync, lstatSync, readdirSync, realpathSync, type Stats, statSync } from 'node:fs';
import { join, resolve, sep } from 'node:path';
import { Failure } from '../../core/failure.ts';
import type { Host } from '../../core/host/host.ts';
import { codeOf, reasonOf } from '../fs/disk-error.ts';
import { ignoredFolders, isIgnoredFolder } from '../fs/read-tree.ts';

const manifestName = 'manifest.yaml';

/** Unique paths of manifests, in order. */
export type FoundManifests = ReadonlySet<string>;

/** The intermediate result of a search. */
interface Search {
  readonly found: Set<string>;
  /** Manifests in linked folders. */
  readonly links: string[];
}

/** The manifests of all modules of a host, one level below its modules folder. */
export function manifestsOfHost({ root, modulesDir }: Host): FoundManifests {
  const dir = join(root, modulesDir);
  const search: Search = { found: new Set(), links: [] };
  searchFolder(dir, 1, search);
  const found = withLinked(search);
  if (found.size === 0) throw new Failure('no-manifests', { dir });
  return found;
}

/**
 * Resolves paths, patterns and module names to unique manifests, in order: a file to itself, a folder to every manifest
 * below it, a name to the module in the host in or above `hostDir`. Follows a link to a folder only if the folder is a
 * module. Throws if nothing is found.
 */
export async function findManifests(cwd: string, paths: readonly string[], hostDir = cwd): Promise<FoundManifests> {
  const search: Search = { found: new Set(), links: [] };
  for (const path of paths) {
    const isPath = pathExists(resolve(cwd, path));
    const target = (!isPath && /^[\w-]+$/.test(path) && (await moduleNamed(path, hostDir))) || resolve(cwd, path);
    if (!isPath && /[*?[{]/.test(path)) await searchPattern(cwd, path, search);
    else if (!searchPath(target, search)) throw new Failure('no-manifests', { dir: target });
  }
  return withLinked(search);
}

/** True for broken links and inaccessible paths too: reading them reports the reason. */
function pathExists(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch {
    return true;
  }
}

async function moduleNamed(name: string, hostDir: string): Promise<string | undefined> {
  const { folderNamed } = await import('./given-modules.ts');
  return folderNamed(name, hostDir);
}

/** Whether the path contributes a manifest. */
function searchPath(path: string, search: Search): boolean {
  const stats = statsAt(path);
  if (stats.isDirectory()) return searchFolder(path, Number.POSITIVE_INFINITY, search);
  search.found.add(path);
  return true;
}

/** Adds the files that a pattern matches, and the manifests in folders that it matches. */
async function searchPattern(cwd: string, pattern: string, search: Search): Promise<void> {
  const { glob } = await import('tinyglobby');
  const ignore = [...ignoredFolders].map((name) => `**/${name}/**`);
  const options = {
    cwd,
    ignore,
    absolute: true,
    expandDirectories: false,
    onlyFiles: false,
    followSymbolicLinks: false,
  };
  const paths = (await glob(pattern, options)).map((path) => path.replace(/(?<=.)\/$/, '')).sort();
  if (paths.filter((path) => searchPath(path, search)).length === 0) throw new Failure('nothing-matches', { pattern });
}

/** The stats of a path given by the user, which must exist. */
function statsAt(path: string): Stats {
  try {
    return statSync(path);
  } catch (error) {
    const reason = codeOf(error) === 'ENOENT' ? 'it does not exist' : reasonOf(error);
    throw new Failure('file-unreadable', { file: path, reason }, error);
  }
}

/** Whether a manifest was found. A folder with a manifest is a module and is not searched deeper. */
function searchFolder(folder: string, depth: number, search: Search): boolean {
  const manifest = below(folder, manifestName);
  const entries = existsSync(manifest) ? undefined : listed(folder);
  if (entries === undefined || entries.some(({ name }) => name === manifestName)) {
    search.found.add(manifest);
    return true;
  }
  if (depth === 0) return false;
  const inside = entries.filter(({ name }) => !isIgnoredFolder(name));
  const links: string[] = [];
  // Other links may be circular or lead to the whole disk.
  for (const { name } of inside.filter((entry) => entry.isSymbolicLink())) {
    const linked = below(below(folder, name), manifestName);
    if (existsSync(linked)) links.push(linked);
  }
  search.links.push(...links);
  const folders = inside.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  const searched = folders.sort().filter((name) => searchFolder(below(folder, name), depth - 1, search));
  return links.length + searched.length > 0;
}

/** A fast `join` for a folder that is already resolved: normalising ten thousand paths is slow. */
function below(folder: string, name: string): string {
  return folder.endsWith(sep) ? folder + name : folder + sep + name;
}

/** Adds manifests in linked folders unless they were found by their real path. */
function withLinked({ found, links }: Search): FoundManifests {
  if (links.length === 0) return found;
  const real = new Set([...found].map((path) => (existsSync(path) ? realpathSync(path) : path)));
  const isNew = (path: string) => real.size < real.add(realpathSync(path)).size;
  for (const path of links.toSorted().filter(isNew)) found.add(path);
  return found;
}

/** Empty if the folder does not exist; `undefined` if it is not readable, which reading the manifest then reports. */
function listed(folder: string): Dirent[] | undefined {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    return codeOf(error) === 'ENOENT' ? [] : undefined;
  }
}
