import type { Pack, Section } from '../core/pack/pack.ts';
import type { PackMeta } from '../core/pack/pack-meta.ts';
import { readPackFolder, readPackMeta } from './pack-folder.ts';

// From the source, the bundled packs are folders like any other; the build puts bundled-pack-compiled.ts in this
// file's place, which reads what the build compiled.
const templates = new URL('../../templates/', import.meta.url);

export const bundledNames: readonly string[] = ['fastapi', 'fastify'];

export async function bundledMeta(name: string): Promise<PackMeta> {
  return readPackMeta(new URL(`${name}/`, templates), name);
}

export async function bundledPack(name: string, _sections: readonly Section[]): Promise<Pack> {
  return readPackFolder(new URL(`${name}/`, templates), name);
}
