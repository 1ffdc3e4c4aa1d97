import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { Failure } from '../core/failure.ts';
import { buildPack } from '../core/pack/build-pack.ts';
import type { Pack } from '../core/pack/pack.ts';
import { type PackMeta, parsePackMeta } from '../core/pack/pack-meta.ts';
import { readTree } from './read-tree.ts';

/** Reads a pack from its folder. Templates are compiled when first used. */
export async function readPackFolder(folder: string | URL, name: string): Promise<Pack> {
  const [tree, { compilerEngine }] = await Promise.all([
    readTree(pathOf(folder)),
    import('../core/pack/engine-compiler.ts'),
  ]);
  return buildPack(tree, name, compilerEngine());
}

export async function readPackMeta(folder: string | URL, name: string): Promise<PackMeta> {
  const file = `${pathOf(folder).replace(/[/\\]$/, '')}/pack.yaml`;
  try {
    return parsePackMeta(await readFile(file, 'utf8'), name);
  } catch (error) {
    if (error instanceof Failure) throw error;
    throw new Failure('pack-invalid', { pack: name, file: 'pack.yaml', reason: (error as Error).message }, error);
  }
}

function pathOf(folder: string | URL): string {
  return typeof folder === 'string' ? folder : fileURLToPath(folder);
}
