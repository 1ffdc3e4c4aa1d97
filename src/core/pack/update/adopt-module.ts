import {
  attributesPath,
  attributesText,
  hostAttributesPath,
  hostAttributesText,
  type Lock,
  lockPath,
  lockText,
  mergeBasePath,
  parseLock,
} from '../../lock/lock.ts';
import { manifestPath, mergeBaseText } from '../../lock/merge-base.ts';
import type { RelPath } from '../../tree/rel-path.ts';
import { sameFile, sortedPaths, type Tree, textFile } from '../../tree/tree.ts';
import type { Context } from '../context/context.ts';
import type { Pack } from '../pack.ts';
import { filesWithPolicy, type Rendered, renderPack } from '../render.ts';
import { type Attached, hostContextOf } from '../render-host.ts';

export interface Adopted {
  /** The folder, with the lock and merge base that updates need. All other files are unchanged. */
  readonly tree: Tree;
  /** Managed files that are missing or differ from the render. Updates treat this as edits of the user. */
  readonly different: readonly RelPath[];
}

/** Makes the current render the merge base of a module. */
export async function adoptModule(pack: Pack, context: Context, folder: Tree): Promise<Adopted> {
  return adopt(pack, renderPack(pack, 'module', context), folder);
}

/** Like `adoptModule`, for the host's own `files`. `name` is used if the lock file contains no name. */
export async function adoptHost(
  pack: Pack,
  files: Tree,
  name: string,
  vendored: boolean,
  attached?: Attached,
): Promise<Adopted> {
  const context = hostContextOf((await lockIn(files))?.host ?? name, pack.meta, vendored, attached);
  const host = { name: context.name, isAttached: attached !== undefined };
  return adopt(pack, renderPack(pack, attached ? 'attach' : 'host', context), files, host);
}

async function adopt(
  pack: Pack,
  rendered: Rendered,
  folder: Tree,
  host?: { readonly name: string; readonly isAttached: boolean },
): Promise<Adopted> {
  const managed = filesWithPolicy(rendered, 'managed');
  const owned = sortedPaths(filesWithPolicy(rendered, 'owned', 'draft'));
  const tree = new Map(folder);
  const put = (path: string, text: string) => tree.set(path as RelPath, textFile(text));
  if (host !== undefined) put(hostAttributesPath, hostAttributesText(host.isAttached));
  else if (!tree.has(attributesPath as RelPath)) put(attributesPath, attributesText);
  put(lockPath, lockText(pack.meta, { ...(await lockIn(folder))?.records, owned }, host?.name));
  put(mergeBasePath, mergeBaseText(managed, host === undefined ? folder.get(manifestPath) : undefined));
  const different = sortedPaths(managed).filter((path) => {
    const [mine, theirs] = [folder.get(path), managed.get(path)];
    return !mine || !theirs || !sameFile(mine, theirs);
  });
  return { tree, different };
}

/** The existing lock, if it is valid. */
async function lockIn(folder: Tree): Promise<Lock | undefined> {
  const content = folder.get(lockPath as RelPath)?.content;
  if (typeof content !== 'string') return undefined;
  try {
    return await parseLock(content, lockPath);
  } catch {
    return undefined;
  }
}
