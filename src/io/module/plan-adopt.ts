import { join } from 'node:path';
import { type Host, importSpecifiers } from '../../core/host/host.ts';
import { manifestPath } from '../../core/lock/merge-base.ts';
import { contextOf } from '../../core/pack/context/context.ts';
import type { Pack } from '../../core/pack/pack.ts';
import { adoptModule } from '../../core/pack/update/adopt-module.ts';
import { type Plan, planChanges } from '../../core/tree/plan.ts';
import { joinPath, type RelPath } from '../../core/tree/rel-path.ts';
import type { TreeFile } from '../../core/tree/tree.ts';
import { readTree } from '../fs/read-tree.ts';
import { manifestIn, modulesToRead } from '../host/read-module.ts';
import { hostFilesName, planHostAdoption } from './plan-host-files.ts';

export interface AdoptPlan {
  readonly plan: Plan;
  /** For each module, the files that are treated as edited from now on. */
  readonly modules: readonly {
    readonly name: string;
    readonly folder: RelPath;
    readonly different: readonly RelPath[];
  }[];
}

/** Plans tracking of existing modules (copied, hand-written, or with a missing lock or merge base) for updates. */
export async function planAdopt(
  host: Host,
  pack: Pack,
  names: readonly string[],
  withHost = false,
): Promise<AdoptPlan> {
  const [current, desired] = [new Map<RelPath, TreeFile>(), new Map<RelPath, TreeFile>()];
  const modules: AdoptPlan['modules'][number][] = [];
  if (withHost) {
    const { mine, tree, different } = await planHostAdoption(host, pack);
    for (const [path, file] of mine) current.set(path, file);
    for (const [path, file] of tree) desired.set(path, file);
    modules.push({ name: hostFilesName, folder: '' as RelPath, different });
  }
  if (withHost && names.length === 0) return { plan: planChanges(current, desired), modules };
  for (const name of await modulesToRead(host, names)) {
    const folder = joinPath(host.modulesDir, name);
    const mine = await readTree(join(host.root, folder));
    const manifest = await manifestIn(mine, join(host.root, folder, manifestPath));
    const context = contextOf(manifest, pack.meta, importSpecifiers(host, pack.meta, name));
    const { tree, different } = await adoptModule(pack, context, mine);
    for (const [path, file] of mine) current.set(joinPath(folder, path), file);
    for (const [path, file] of tree) desired.set(joinPath(folder, path), file);
    modules.push({ name, folder, different });
  }
  return { plan: planChanges(current, desired), modules };
}
