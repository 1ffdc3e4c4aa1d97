import type { Tree } from '../tree/tree.ts';
import { type Context, contextOf } from './context.ts';
import type { Pack } from './pack.ts';
import { renderPack } from './render.ts';
import { type ModuleUpdate, type UpdateOptions, updateFolder } from './update-folder.ts';

/** A module's folder and what its pack renders now → the folder as it is to be, lock and base with it. */
export function updateModule(
  pack: Pack,
  context: Context,
  folder: Tree,
  place: string,
  options: UpdateOptions,
): ModuleUpdate {
  const { manifest, imports } = context;
  return updateFolder(
    pack,
    {
      section: 'module',
      context,
      renames: pack.meta.renames,
      edits: {
        now: manifest,
        render: (other) => renderPack(pack, 'module', contextOf(other, pack.meta, imports)).tree,
      },
    },
    folder,
    place,
    options,
  );
}
