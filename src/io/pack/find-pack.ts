import { existsSync } from 'node:fs';
import { isAbsolute, join, relative, resolve } from 'node:path';
import { Failure } from '../../core/failure.ts';
import type { Pack, Section } from '../../core/pack/pack.ts';
import type { PackMeta } from '../../core/pack/pack-meta.ts';
import { runtimeContextOf } from '../../core/pack/runtime.ts';
import type { TreeFile } from '../../core/tree/tree.ts';
import { readFile } from '../fs/read-file.ts';
import { bundledMeta, bundledNames, bundledPack, bundledTree, runtimesFolder } from './bundled-pack.ts';
import type { Bundled } from './pack-folder.ts';

/** The packs that packs can extend. */
export const bundled: Bundled = {
  meta: async (name) => (isBundled(name) ? bundledMeta(name) : undefined),
  tree: bundledTree,
};

/**
 * Opens a template pack: `stack` is the name of a bundled pack or the path of a folder with a pack.yaml, relative to `root`,
 * the host that uses it.
 */
export async function findPack(stack: string, root: string, sections: readonly Section[]): Promise<Pack> {
  if (isBundled(stack)) return withArchive(await bundledPack(stack, sections), runtimesFolder);
  const { readPackFolder } = await import('./pack-folder.ts');
  const folder = folderOfPack(stack, root);
  const pack = await readPackFolder(folder, stack, bundled);
  const meta = { ...pack.meta, stack: stackOf(root, folder) };
  // A pack can bring its own runtime.
  const own = join(folder, 'runtime');
  return withArchive({ ...pack, meta }, existsSync(own) ? own : runtimesFolder);
}

/** The folder as a host declares it. */
function stackOf(root: string, folder: string): string {
  const path = (relative(root, folder) || '.').replaceAll('\\', '/');
  return isAbsolute(path) || path.startsWith('.') ? path : `./${path}`;
}

function withArchive(pack: Pack, folder: string): Pack {
  const { runtime } = pack.meta;
  if (runtime === undefined) return pack;
  const file = join(folder, runtimeContextOf(runtime).archive);
  return { ...pack, readArchive: () => readArchive(file) };
}

function readArchive(file: string): TreeFile {
  if (!existsSync(file)) throw new Failure('runtime-missing', { file });
  return { content: readFile(file).content, mode: 0o644 };
}

export async function findPackMeta(stack: string, cwd: string): Promise<PackMeta> {
  if (isBundled(stack)) return bundledMeta(stack);
  const { readPackMeta } = await import('./pack-folder.ts');
  return readPackMeta(folderOfPack(stack, cwd), stack, bundled);
}

export async function bundledMetas(): Promise<PackMeta[]> {
  return Promise.all(bundledNames.map((name) => bundledMeta(name)));
}

/** The stack with its path made absolute, so that it resolves the same from any folder. */
export function resolveStack(stack: string, cwd: string): string {
  return isBundled(stack) ? stack : folderOfPack(stack, cwd);
}

function isBundled(stack: string): boolean {
  return bundledNames.includes(stack);
}

function folderOfPack(stack: string, cwd: string): string {
  const folder = resolve(cwd, stack);
  if (!/[./\\]/.test(stack) || !existsSync(resolve(folder, 'pack.yaml'))) {
    throw new Failure('pack-not-found', { stack, known: bundledNames });
  }
  return folder;
}
