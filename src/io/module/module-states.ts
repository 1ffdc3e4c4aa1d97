import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Failure } from '../../core/failure.ts';
import type { Host } from '../../core/host/host.ts';
import { lockPath, mergeBasePath } from '../../core/lock/lock.ts';
import type { Pack } from '../../core/pack/pack.ts';
import type { ListedModule } from '../../core/report/modules.ts';
import type { RelPath } from '../../core/tree/rel-path.ts';
import { moduleManifests } from '../host/module-manifests.ts';
import type { OnProgress } from '../io.ts';
import { planUpdate, type UpdatePlan } from './plan-update.ts';

/** Each module of a host with its version and the result of an update, also if some modules cannot be updated. */
export async function moduleStates(host: Host, pack: Pack, onProgress?: OnProgress): Promise<ListedModule[]> {
  const modules = await moduleManifests(host);
  const updateOf = await updatesOf(host, pack, onProgress);
  const states: ListedModule[] = [];
  for (const { name, folder, manifest } of modules)
    states.push({
      name,
      folder,
      version: manifest?.version,
      update: isTracked(host, folder) ? await updateOf(name) : undefined,
    });
  return states;
}

function isTracked({ root }: Host, folder: RelPath): boolean {
  return [lockPath, mergeBasePath].some((path) => existsSync(join(root, folder, path)));
}

type UpdateOf = (name: string) => Promise<ListedModule['update']>;

/** Plans all modules at once, or each by itself if one of them fails. */
async function updatesOf(host: Host, pack: Pack, onProgress: OnProgress | undefined): Promise<UpdateOf> {
  const planned = (names: readonly string[]) =>
    orFailure(
      planUpdate(host, pack, names, { conflicts: 'markers', restore: new Set(), ...(onProgress && { onProgress }) }),
    );
  const all = await planned([]);
  const updateIn = ({ modules }: UpdatePlan, name: string) => modules.find((module) => module.name === name)?.update;
  if (!(all instanceof Failure)) return async (name) => updateIn(all, name);
  return async (name) => {
    const one = await planned([name]);
    return one instanceof Failure ? one : updateIn(one, name);
  };
}

async function orFailure<T>(work: Promise<T>): Promise<T | Failure> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof Failure) return error;
    throw error;
  }
}
