import { Failure } from '../../failure.ts';
import { lockPath, parseLock } from '../../lock/lock.ts';
import { changeSettings } from '../../manifest/change-settings.ts';
import { findManifest } from '../../manifest/parse.ts';
import type { RelPath } from '../../tree/rel-path.ts';
import type { Tree } from '../../tree/tree.ts';
import { type Context, contextOf } from '../context/context.ts';
import type { Pack } from '../pack.ts';
import type { PackMeta } from '../pack-meta.ts';
import { renderPack } from '../render.ts';
import { pendingChanges } from './pending-changes.ts';
import { type ModuleUpdate, readLastRender, type UpdateOptions, updateFolder } from './update-folder.ts';

/** Renders a module again and merges the result into its folder, including the lock and merge base. */
export async function updateModule(
  pack: Pack,
  context: Context,
  folder: Tree,
  folderPath: string,
  options: UpdateOptions,
): Promise<ModuleUpdate> {
  const { manifest, imports } = context;
  const state = await readLastRender(folder, folderPath);
  const lastManifest = state.lastManifest && (await findManifest(String(state.lastManifest.content)));
  return updateFolder(
    pack,
    {
      section: 'module',
      context,
      renames: pack.meta.renames,
      replaced: pack.meta.replaced,
      edits: {
        manifest,
        lastManifest,
        render: (other) => renderPack(pack, 'module', contextOf(other, pack.meta, imports)).tree,
      },
    },
    state,
    folder,
    folderPath,
    options,
  );
}

/** Migrates a manifest to this version of the pack; `file` is used in messages. */
export async function migrateManifest(text: string, folder: Tree, meta: PackMeta, file: string): Promise<string> {
  const lock = folder.get(lockPath as RelPath)?.content;
  if (typeof lock !== 'string') return text;
  const { pack } = await parseLock(lock, file.replace(/manifest\.yaml$/, lockPath));
  let changed = text;
  for (const change of pendingChanges(pack, meta, 'manifest_changes')) {
    const next = await changeSettings(changed, change);
    if (next === undefined) throw new Failure('manifest-not-editable', { file, key: 'configuration' });
    changed = next;
  }
  return changed;
}
