import { hostAttributesPath, hostAttributesText, lockPath, lockText, pristinePath } from '../lock/lock.ts';
import { writeBase } from '../lock/pristine.ts';
import type { RelPath } from '../text/rel-path.ts';
import { sortedPaths, type Tree, textFile } from '../tree/tree.ts';
import { hostContextOf } from './host-context.ts';
import type { Pack } from './pack.ts';
import { renderPack } from './render.ts';
import { type ModuleUpdate, readState, type UpdateOptions, updateFolder } from './update-folder.ts';

/** A host's files, and what updates of them will need. `folder` is the last part of the host's path. */
export function renderHost(pack: Pack, folder: string): Tree {
  const context = hostContextOf(folder, pack.meta);
  const { tree, sources } = renderPack(pack, 'host', context);
  const policyIs = (policy: string) => (path: RelPath) => sources.get(path)?.policy === policy;
  const managed = new Map([...tree].filter(([path]) => policyIs('managed')(path)));
  const owned = sortedPaths(tree).filter(policyIs('owned'));
  return new Map([
    ...tree,
    [hostAttributesPath as RelPath, textFile(hostAttributesText)],
    [lockPath as RelPath, textFile(lockText(pack.meta, { owned }, context.name))],
    [pristinePath as RelPath, textFile(writeBase(managed, undefined))],
  ]);
}

/** The host's own files, as `updateModule` does a module's; `name` counts where its lock does not know one. */
export async function updateHost(pack: Pack, files: Tree, name: string, options: UpdateOptions): Promise<ModuleUpdate> {
  const state = await readState(files, '');
  const context = hostContextOf(state.lock.host ?? name, pack.meta);
  return updateFolder(pack, { section: 'host', context, renames: pack.meta.host.renames }, state, files, '', options);
}

/** What of a host an update looks at: what the pack renders, and what its lock and base are about. */
export function hostPaths(pack: Pack, name: string, base: Tree): RelPath[] {
  const { tree } = renderPack(pack, 'host', hostContextOf(name, pack.meta));
  return [...new Set([...tree.keys(), ...base.keys()])];
}
