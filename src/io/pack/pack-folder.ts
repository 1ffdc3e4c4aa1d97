import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Failure } from '../../core/failure.ts';
import { buildPack, type Pack } from '../../core/pack/pack.ts';
import { type PackMeta, parsePackMeta } from '../../core/pack/pack-meta.ts';
import { readTextIfThere } from '../fs/read-file.ts';
import { readTree } from '../fs/read-tree.ts';

/** Reads a pack from its folder. Templates are compiled when first used. */
export async function readPackFolder(folder: string | URL, name: string): Promise<Pack> {
  const [tree, meta, { compilerEngine }] = await Promise.all([
    readTree(pathOf(folder)),
    readPackMeta(folder, name),
    import('../../core/pack/engine-compiler.ts'),
  ]);
  return buildPack(tree, meta, compilerEngine());
}

export async function readPackMeta(folder: string | URL, name: string): Promise<PackMeta> {
  const text = readTextIfThere(join(pathOf(folder), 'pack.yaml'));
  if (text === undefined) throw new Failure('pack-invalid', { pack: name, file: 'pack.yaml', reason: 'it is missing' });
  return parsePackMeta(text, name);
}

function pathOf(folder: string | URL): string {
  return typeof folder === 'string' ? folder : fileURLToPath(folder);
}
