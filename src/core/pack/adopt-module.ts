import {
  attributesPath,
  attributesText,
  type Lock,
  lockPath,
  lockText,
  parseLock,
  pristinePath,
} from '../lock/lock.ts';
import { manifestPath, writeBase } from '../lock/pristine.ts';
import type { RelPath } from '../text/rel-path.ts';
import { sameFile, sortedPaths, type Tree, textFile } from '../tree/tree.ts';
import type { Context } from './context.ts';
import type { Pack } from './pack.ts';
import { renderPack } from './render.ts';

export interface Adopted {
  /** The folder with what updates need; every other byte as it was. */
  readonly tree: Tree;
  /** Managed files that are not as the pack renders them, or not there: from now on that is an edit of the user's. */
  readonly different: readonly RelPath[];
}

/** Takes what the pack renders now for what was rendered last. */
export function adoptModule(pack: Pack, context: Context, folder: Tree): Adopted {
  const { tree: rendered, sources } = renderPack(pack, 'module', context);
  const withPolicy = (policy: string) => sortedPaths(rendered).filter((path) => sources.get(path)?.policy === policy);
  const managed: Tree = new Map([...rendered].filter(([path]) => sources.get(path)?.policy === 'managed'));
  const tree = new Map(folder);
  const put = (path: string, text: string) => tree.set(path as RelPath, textFile(text));
  if (!tree.has(attributesPath as RelPath)) put(attributesPath, attributesText);
  put(lockPath, lockText(pack.meta, { ...rememberedIn(folder), owned: withPolicy('owned') }));
  put(pristinePath, writeBase(managed, folder.get(manifestPath)));
  const different = sortedPaths(managed).filter((path) => {
    const [mine, theirs] = [folder.get(path), managed.get(path)];
    return !mine || !theirs || !sameFile(mine, theirs);
  });
  return { tree, different };
}

/** What an earlier lock knew, if it can be read. */
function rememberedIn(folder: Tree): Partial<Lock['remembered']> {
  const content = folder.get(lockPath as RelPath)?.content;
  if (typeof content !== 'string') return {};
  try {
    return parseLock(content, lockPath).remembered;
  } catch {
    return {};
  }
}
