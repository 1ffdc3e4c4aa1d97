import { existsSync, realpathSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { Failure } from '../../core/failure.ts';
import type { Host } from '../../core/host/host.ts';
import { manifestPath } from '../../core/lock/merge-base.ts';
import { checkManifestValue, parseManifest } from '../../core/manifest/parse.ts';
import type { Manifest } from '../../core/manifest/schema.ts';
import { nearWords } from '../../core/text/nearest-word.ts';
import { joinPath } from '../../core/tree/rel-path.ts';
import type { Tree } from '../../core/tree/tree.ts';
import { readPlainYaml } from '../../core/yaml/fast.ts';
import { textOf } from '../fs/read-file.ts';
import { isIgnoredFolder } from '../fs/read-tree.ts';

/** The sorted folder names of the given modules, or of all modules if `names` is empty. Throws `module-not-found`. */
export async function modulesToRead(host: Host, names: readonly string[]): Promise<readonly string[]> {
  const known = await foldersOfModules(host);
  const missing = names.find((name) => !known.includes(name));
  if (missing !== undefined) throw moduleNotFound(host, missing, known);
  return names.length === 0 ? known : [...new Set(names)].sort();
}

export function moduleNotFound(host: Host, name: string, known: readonly string[]): Failure {
  const [last = name] = name
    .split(/[\\/]/)
    .filter((part) => part !== manifestPath)
    .slice(-1);
  const dir = join(host.root, host.modulesDir);
  return new Failure('module-not-found', { name, dir, known, near: nearWords(last, known).slice(0, 3) });
}

/** The module whose folder contains `dir`, else the host's only module. Throws `module-unclear`. */
export async function currentModule(host: Host, dir: string): Promise<string> {
  const modulesDir = join(host.root, host.modulesDir);
  const known = (await foldersOfModules(host)).filter((name) => existsSync(join(modulesDir, name, manifestPath)));
  const [around = ''] = relative(modulesDir, dir).split(sep);
  const only = known.length === 1 ? known[0] : undefined;
  const meant = known.includes(around) ? around : only;
  if (meant === undefined) throw new Failure('module-unclear', { dir: modulesDir, known });
  return meant;
}

export async function foldersOfModules(host: Host): Promise<string[]> {
  const entries = await readdir(join(host.root, host.modulesDir), { withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => entry.isDirectory() && !isIgnoredFolder(entry.name))
    .map((entry) => entry.name)
    .sort();
}

/** Notes on modules that are links to folders elsewhere. `validate` checks them, but nothing is written through a link. */
export async function linkNotes(host: Host): Promise<string[]> {
  const dir = join(host.root, host.modulesDir);
  const entries = await readdir(dir, { withFileTypes: true }).catch(() => []);
  const own = new Set((await foldersOfModules(host)).map((name) => realpathSync(join(dir, name))));
  return entries
    .filter((entry) => entry.isSymbolicLink() && existsSync(join(dir, entry.name, manifestPath)))
    .map(({ name }) => ({ name, target: realpathSync(join(dir, name)) }))
    .filter(({ target }) => !own.has(target))
    .map(({ name, target }) => `${joinPath(host.modulesDir, name)} is a link to ${target}. Update it in its own host.`)
    .sort();
}

/** The manifest of a module. Throws `manifest-invalid`. Tries the fast reader first: most manifests are valid. */
export async function manifestIn(folder: Tree, file: string): Promise<Manifest> {
  const content = folder.get(manifestPath)?.content;
  if (content === undefined) throw new Failure('file-unreadable', { file, reason: 'it is missing' });
  const text = textOf(file, content);
  const quick = readQuickly(text);
  if (quick) return quick;
  const parsed = await parseManifest(text, file);
  if (parsed.ok) return parsed.manifest;
  const { diagnostics } = parsed;
  throw new Failure('manifest-invalid', { file, count: diagnostics.length, diagnostics });
}

function readQuickly(text: string): Manifest | undefined {
  const plain = readPlainYaml(text);
  return plain && checkManifestValue(plain.value).manifest;
}
