import { type Dirent, existsSync, readdirSync, realpathSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Failure } from '../core/failure.ts';
import type { Host } from '../core/host/host.ts';
import { codeOf, reasonOf } from './apply/disk-error.ts';
import { ignoredFolders } from './read-tree.ts';

const manifestName = 'manifest.yaml';

/** The manifests of all modules of a host: its folders of modules are not searched deeper. */
export function manifestsOfHost({ root, modulesDir }: Host): string[] {
  const dir = join(root, modulesDir);
  const links: string[] = [];
  const found = withLinked(manifestsIn(dir, 1, links), links);
  if (found.length === 0) throw new Failure('no-manifests', { dir });
  return found;
}

/**
 * What paths and patterns mean: a file itself, in a folder every manifest below it, each once and in order. Of links to
 * folders only those to modules are followed. Throws where there is nothing to check.
 */
export async function findManifests(cwd: string, paths: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  const links: string[] = [];
  for (const path of paths) {
    const isPattern = /[*?[{]/.test(path) && !existsSync(resolve(cwd, path));
    found.push(...(isPattern ? await matching(cwd, path, links) : manifestsAt(resolve(cwd, path), links)));
  }
  return withLinked([...new Set(found)], links);
}

function manifestsAt(path: string, links: string[]): string[] {
  if (!isFolder(path)) return [path];
  const before = links.length;
  const found = manifestsIn(path, Number.POSITIVE_INFINITY, links);
  if (found.length === 0 && links.length === before) throw new Failure('no-manifests', { dir: path });
  return found;
}

/** Files that a pattern matches, and the manifests in folders that it matches. */
async function matching(cwd: string, pattern: string, links: string[]): Promise<string[]> {
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
  const found = paths.flatMap((path) => (isFolder(path) ? manifestsIn(path, Number.POSITIVE_INFINITY, links) : [path]));
  if (found.length === 0) throw new Failure('nothing-matches', { pattern });
  return found;
}

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch (error) {
    const reason = codeOf(error) === 'ENOENT' ? 'it does not exist' : reasonOf(error);
    throw new Failure('file-unreadable', { file: path, reason }, error);
  }
}

/** A folder with a manifest is a module: what is below it is its own. What links to modules lead to goes into `links`. */
function manifestsIn(folder: string, depth: number, links: string[]): string[] {
  const manifest = join(folder, manifestName);
  if (existsSync(manifest)) return [manifest];
  const entries = listed(folder);
  if (entries === undefined || entries.some(({ name }) => name === manifestName)) return [manifest];
  if (depth === 0) return [];
  const inside = entries.filter(({ name }) => !ignoredFolders.has(name));
  // Other links may lead in a circle, or out into the whole disk.
  for (const { name } of inside.filter((entry) => entry.isSymbolicLink())) {
    const manifest = join(folder, name, manifestName);
    if (existsSync(manifest)) links.push(manifest);
  }
  return inside
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .sort()
    .flatMap((name) => manifestsIn(join(folder, name), depth - 1, links));
}

/** With those behind links that are not there already, each once. */
function withLinked(manifests: string[], links: readonly string[]): string[] {
  if (links.length === 0) return manifests;
  const real = new Set(manifests.map((path) => (existsSync(path) ? realpathSync(path) : path)));
  const isNew = (path: string) => real.size < real.add(realpathSync(path)).size;
  return [...manifests, ...links.toSorted().filter(isNew)];
}

/** Nothing where there is no folder; `undefined` where nobody may look into it, which reading the manifest will tell. */
function listed(folder: string): Dirent[] | undefined {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    return codeOf(error) === 'ENOENT' ? [] : undefined;
  }
}
