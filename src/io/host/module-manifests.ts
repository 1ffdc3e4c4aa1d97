import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Failure } from '../../core/failure.ts';
import type { Host } from '../../core/host/host.ts';
import { manifestPath } from '../../core/lock/merge-base.ts';
import { findManifest } from '../../core/manifest/parse.ts';
import { type Manifest, maxManifestBytes } from '../../core/manifest/schema.ts';
import { joinPath, type RelPath } from '../../core/tree/rel-path.ts';
import { readText } from '../fs/read-file.ts';
import { foldersOfModules } from './read-module.ts';

/** A module of a host. */
export interface ModuleManifest {
  /** Name of the folder. */
  readonly name: string;
  /** Relative to the host. */
  readonly folder: RelPath;
  /** `undefined` if the manifest is invalid or not readable. */
  readonly manifest: Manifest | undefined;
}

/** The modules of a host, sorted by name: the folders with a manifest. */
export async function moduleManifests(host: Host): Promise<ModuleManifest[]> {
  const modules: ModuleManifest[] = [];
  for (const name of await foldersOfModules(host)) {
    const folder = joinPath(host.modulesDir, name);
    const file = join(host.root, folder, manifestPath);
    if (existsSync(file)) modules.push({ name, folder, manifest: await manifestAt(file) });
  }
  return modules;
}

async function manifestAt(file: string): Promise<Manifest | undefined> {
  try {
    return await findManifest(readText(file, maxManifestBytes));
  } catch (error) {
    if (error instanceof Failure) return undefined;
    throw error;
  }
}
