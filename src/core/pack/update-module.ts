import { findManifest } from '../manifest/parse.ts';
import type { Tree } from '../tree/tree.ts';
import { type Context, contextOf } from './context.ts';
import type { Pack } from './pack.ts';
import { renderPack } from './render.ts';
import { type ModuleUpdate, readState, type UpdateOptions, updateFolder } from './update-folder.ts';

/** A module's folder and what its pack renders now → the folder as it is to be, lock and base with it. */
export async function updateModule(
  pack: Pack,
  context: Context,
  folder: Tree,
  place: string,
  options: UpdateOptions,
): Promise<ModuleUpdate> {
  const { manifest, imports } = context;
  const state = await readState(folder, place);
  const then = state.manifestThen && (await findManifest(String(state.manifestThen.content)));
  return updateFolder(
    pack,
    {
      section: 'module',
      context,
      renames: pack.meta.renames,
      edits: {
        now: manifest,
        then,
        render: (other) => renderPack(pack, 'module', contextOf(other, pack.meta, imports)).tree,
      },
    },
    state,
    folder,
    place,
    options,
  );
}
