import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { Failure } from '../../core/failure.ts';
import type { Pack, Section } from '../../core/pack/pack.ts';
import type { PackMeta } from '../../core/pack/pack-meta.ts';
import { bundledMeta, bundledNames, bundledPack } from './bundled-pack.ts';

/** Opens a template pack: `stack` is the name of a bundled pack or the path of a folder with a pack.yaml. */
export async function findPack(stack: string, cwd: string, sections: readonly Section[]): Promise<Pack> {
  if (isBundled(stack)) return bundledPack(stack, sections);
  const { readPackFolder } = await import('./pack-folder.ts');
  return readPackFolder(folderOfPack(stack, cwd), stack);
}

export async function findPackMeta(stack: string, cwd: string): Promise<PackMeta> {
  if (isBundled(stack)) return bundledMeta(stack);
  const { readPackMeta } = await import('./pack-folder.ts');
  return readPackMeta(folderOfPack(stack, cwd), stack);
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
