import { fileURLToPath } from 'node:url';
import type { Pack, Section } from '../../core/pack/pack.ts';
import type { PackMeta } from '../../core/pack/pack-meta.ts';
import type { Tree } from '../../core/tree/tree.ts';
import { readTree } from '../fs/read-tree.ts';
import { readPackFolder, readPackMeta } from './pack-folder.ts';

// When run from source, bundled packs are read from their folders. The build replaces this file with
// bundled-pack-compiled.ts, which reads the compiled packs.
const templates = new URL('../../../templates/', import.meta.url);

/** The folder of the runtimes' archives, which `npm run build` writes. */
export const runtimesFolder = fileURLToPath(new URL('../../../dist/runtimes/', import.meta.url));

export const bundledNames: readonly string[] = ['fastapi', 'fastify'];

export async function bundledMeta(name: string): Promise<PackMeta> {
  return readPackMeta(new URL(`${name}/`, templates), name);
}

export async function bundledPack(name: string, _sections: readonly Section[]): Promise<Pack> {
  return readPackFolder(new URL(`${name}/`, templates), name);
}

/** The files of a bundled pack as its author wrote them. */
export async function bundledTree(name: string): Promise<Tree> {
  return readTree(fileURLToPath(new URL(`${name}/`, templates)));
}
