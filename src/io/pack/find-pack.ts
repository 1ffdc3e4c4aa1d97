import { existsSync } from 'node:fs';
import { isAbsolute, join, relative, resolve } from 'node:path';
import { Failure } from '../../core/failure.ts';
import type { Pack, Section } from '../../core/pack/pack.ts';
import type { PackMeta } from '../../core/pack/pack-meta.ts';
import { runtimeContextOf } from '../../core/pack/runtime.ts';
import { isNpmSpec, parseNpmSpec } from '../../core/pack/source/npm-spec.ts';
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
 * Opens a template pack: `stack` is the name of a bundled pack, the path of a folder with a pack.yaml, relative to `root`, the
 * host that uses it, or a package of npm.
 */
export async function findPack(stack: string, root: string, sections: readonly Section[]): Promise<Pack> {
  if (isBundled(stack)) return withArchive(await bundledPack(stack, sections), runtimesFolder);
  const { readPackFolder } = await import('./pack-folder.ts');
  const { folder, declared, isCached } = await locatePack(stack, root);
  const pack = await readPackFolder(folder, stack, bundled);
  if (isNpmSpec(stack)) (await import('./npm-package.ts')).assertVersion(stack, folder, pack.meta.version);
  const meta = { ...pack.meta, stack: declared, ...(isCached && { cachedIn: folder }) };
  // A pack can bring its own runtime.
  const own = join(folder, 'runtime');
  return withArchive({ ...pack, meta }, existsSync(own) ? own : runtimesFolder);
}

interface LocatedPack {
  readonly folder: string;
  /** The value of `stack` in ai-modules.yaml. */
  readonly declared: string;
  readonly isCached: boolean;
}

async function locatePack(stack: string, root: string): Promise<LocatedPack> {
  if (!isNpmSpec(stack)) {
    const folder = folderOfPack(stack, root);
    return { folder, declared: stackOf(root, folder), isCached: false };
  }
  const { installedPack } = await import('./npm-package.ts');
  return { declared: stack, ...(await installedPack(stack, root)) };
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
  return readPackMeta((await locatePack(stack, cwd)).folder, stack, bundled);
}

export async function bundledMetas(): Promise<PackMeta[]> {
  return Promise.all(bundledNames.map((name) => bundledMeta(name)));
}

/** The stack with its path made absolute, so that it resolves the same from any folder. */
export function resolveStack(stack: string, cwd: string): string {
  if (isNpmSpec(stack)) parseNpmSpec(stack);
  return isBundled(stack) || isNpmSpec(stack) ? stack : folderOfPack(stack, cwd);
}

export function isBundled(stack: string): boolean {
  return bundledNames.includes(stack);
}

function folderOfPack(stack: string, cwd: string): string {
  const folder = resolve(cwd, stack);
  if (!/[./\\]/.test(stack) || !existsSync(resolve(folder, 'pack.yaml'))) {
    throw new Failure('pack-not-found', { stack, known: bundledNames });
  }
  return folder;
}
