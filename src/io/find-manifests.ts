import { type Dirent, existsSync, lstatSync, readdirSync, realpathSync, type Stats, statSync } from 'node:fs';
import { join, resolve, sep } from 'node:path';
import { Failure } from '../core/failure.ts';
import type { Host } from '../core/host/host.ts';
import { codeOf, reasonOf } from './apply/disk-error.ts';
import { ignoredFolders } from './read-tree.ts';

const manifestName = 'manifest.yaml';

/** Paths of manifests, in order, each once. */
export type FoundManifests = ReadonlySet<string>;

/** What a search has met so far. */
interface Search {
  readonly found: Set<string>;
  /** Manifests behind links to folders. */
  readonly links: string[];
}

/** The manifests of all modules of a host: its folders of modules are not searched deeper. */
export function manifestsOfHost({ root, modulesDir }: Host): FoundManifests {
  const dir = join(root, modulesDir);
  const search: Search = { found: new Set(), links: [] };
  searchFolder(dir, 1, search);
  const found = withLinked(search);
  if (found.size === 0) throw new Failure('no-manifests', { dir });
  return found;
}

/**
 * What paths and patterns mean: a file itself, in a folder every manifest below it, each once and in order. Of links to
 * folders only those to modules are followed. A word that is no path is the name of a module of the host in or above
 * `hostDir`. Throws where there is nothing to check.
 */
export async function findManifests(cwd: string, paths: readonly string[], hostDir = cwd): Promise<FoundManifests> {
  const search: Search = { found: new Set(), links: [] };
  for (const path of paths) {
    const isPath = isThere(resolve(cwd, path));
    const place = (!isPath && /^[\w-]+$/.test(path) && (await moduleNamed(path, hostDir))) || resolve(cwd, path);
    if (!isPath && /[*?[{]/.test(path)) await searchPattern(cwd, path, search);
    else if (!searchPath(place, search)) throw new Failure('no-manifests', { dir: place });
  }
  return withLinked(search);
}

/** A link to nowhere is there; so is what the system refuses to look at: reading it tells why. */
function isThere(path: string): boolean {
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

/** Whether there is anything to check. */
function searchPath(path: string, search: Search): boolean {
  const stats = statsAt(path);
  if (stats.isDirectory()) return searchFolder(path, Number.POSITIVE_INFINITY, search);
  search.found.add(path);
  return true;
}

/** Files that a pattern matches, and the manifests in folders that it matches. */
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

/** What a path is that somebody named, and so must be there. */
function statsAt(path: string): Stats {
  try {
    return statSync(path);
  } catch (error) {
    const reason = codeOf(error) === 'ENOENT' ? 'it does not exist' : reasonOf(error);
    throw new Failure('file-unreadable', { file: path, reason }, error);
  }
}

/** Whether there is a manifest. A folder with one is a module: what is below it is its own. */
function searchFolder(folder: string, depth: number, search: Search): boolean {
  const manifest = below(folder, manifestName);
  const entries = existsSync(manifest) ? undefined : listed(folder);
  if (entries === undefined || entries.some(({ name }) => name === manifestName)) {
    search.found.add(manifest);
    return true;
  }
  if (depth === 0) return false;
  const inside = entries.filter(({ name }) => !ignoredFolders.has(name));
  const links: string[] = [];
  // Other links may lead in a circle, or out into the whole disk.
  for (const { name } of inside.filter((entry) => entry.isSymbolicLink())) {
    const linked = below(below(folder, name), manifestName);
    if (existsSync(linked)) links.push(linked);
  }
  search.links.push(...links);
  const folders = inside.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  const searched = folders.sort().filter((name) => searchFolder(below(folder, name), depth - 1, search));
  return links.length + searched.length > 0;
}

/** `join`, for a folder that is resolved: it need not be taken apart ten thousand times. */
function below(folder: string, name: string): string {
  return folder.endsWith(sep) ? folder + name : folder + sep + name;
}

/** With those behind links that are not there already, each once. */
function withLinked({ found, links }: Search): FoundManifests {
  if (links.length === 0) return found;
  const real = new Set([...found].map((path) => (existsSync(path) ? realpathSync(path) : path)));
  const isNew = (path: string) => real.size < real.add(realpathSync(path)).size;
  for (const path of links.toSorted().filter(isNew)) found.add(path);
  return found;
}

/** Nothing where there is no folder; `undefined` where nobody may look into it, which reading the manifest will tell. */
function listed(folder: string): Dirent[] | undefined {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    return codeOf(error) === 'ENOENT' ? [] : undefined;
  }
}
