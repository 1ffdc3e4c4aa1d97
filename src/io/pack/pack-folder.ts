import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Failure } from '../../core/failure.ts';
import { buildPack, type Pack } from '../../core/pack/pack.ts';
import { type PackMeta, parsePackMeta } from '../../core/pack/pack-meta.ts';
import { extendTree } from '../../core/pack/source/extend.ts';
import { isPackFile } from '../../core/pack/source/start-pack.ts';
import { withLineFeeds } from '../../core/text/line-endings.ts';
import { sortedPaths, type Tree } from '../../core/tree/tree.ts';
import { readTextIfThere } from '../fs/read-file.ts';
import { readTree } from '../fs/read-tree.ts';

/** The packs that a pack may extend. */
export interface Bundled {
  meta(name: string): Promise<PackMeta | undefined>;
  tree(name: string): Promise<Tree>;
}

/** Reads a pack from its folder. Templates are compiled when first used. */
export async function readPackFolder(folder: string | URL, name: string, bundled?: Bundled): Promise<Pack> {
  const [own, meta, { compilerEngine }] = await Promise.all([
    readTree(pathOf(folder)),
    readPackMeta(folder, name, bundled),
    import('../../core/pack/engine-compiler.ts'),
  ]);
  const tree = await wholeTree(own, meta, bundled);
  return buildPack(tree, { ...meta, ...(bundled && { checksum: checksumOf(own) }) }, compilerEngine());
}

/** The files of a pack with those of the pack that it extends. */
export async function wholeTree(own: Tree, { base, removed }: PackMeta, bundled: Bundled | undefined): Promise<Tree> {
  return base === undefined || bundled === undefined ? own : extendTree(await bundled.tree(base.name), own, removed);
}

export async function readPackMeta(folder: string | URL, name: string, bundled?: Bundled): Promise<PackMeta> {
  const text = readTextIfThere(join(pathOf(folder), 'pack.yaml'));
  if (text === undefined) throw new Failure('pack-invalid', { pack: name, file: 'pack.yaml', reason: 'it is missing' });
  return parsePackMeta(text, name, bundled?.meta);
}

/**
 * A checksum of the files that a pack consists of. Ignores line endings and modes, which git and npm change, and the other
 * files of the folder.
 */
export function checksumOf(own: Tree): string {
  const hash = createHash('sha256');
  for (const path of sortedPaths(own)) {
    if (!isPackFile(path)) continue;
    const content = own.get(path)?.content ?? '';
    const bytes = typeof content === 'string' ? Buffer.from(withLineFeeds(content)) : content;
    hash.update(`${path}\0${bytes.length}\0`).update(bytes);
  }
  return `sha256-${hash.digest('base64')}`;
}

function pathOf(folder: string | URL): string {
  return typeof folder === 'string' ? folder : fileURLToPath(folder);
}
