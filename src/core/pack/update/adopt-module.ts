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
import { type Rendered, renderPack } from '../render.ts';
import { hostContextOf } from '../render-host.ts';

export interface Adopted {
  /** The folder with what updates need; every other byte as it was. */
  readonly tree: Tree;
  /** Managed files that are not as the pack renders them, or not there: from now on that is an edit of the user's. */
  readonly different: readonly RelPath[];
}

/** Takes what the pack renders now for what was rendered last. */
export async function adoptModule(pack: Pack, context: Context, folder: Tree): Promise<Adopted> {
  return adopt(pack, renderPack(pack, 'module', context), folder);
}

/** The same for a host's own files, given that they are all of `files`; `name` counts where its lock knows none. */
export async function adoptHost(pack: Pack, files: Tree, name: string): Promise<Adopted> {
  const context = hostContextOf((await lockIn(files))?.host ?? name, pack.meta);
  return adopt(pack, renderPack(pack, 'host', context), files, context.name);
}

async function adopt(pack: Pack, { tree: rendered, sources }: Rendered, folder: Tree, host?: string): Promise<Adopted> {
  const withPolicy = (policy: string) => sortedPaths(rendered).filter((path) => sources.get(path)?.policy === policy);
  const managed: Tree = new Map([...rendered].filter(([path]) => sources.get(path)?.policy === 'managed'));
  const tree = new Map(folder);
  const put = (path: string, text: string) => tree.set(path as RelPath, textFile(text));
  if (host !== undefined) put(hostAttributesPath, hostAttributesText);
  else if (!tree.has(attributesPath as RelPath)) put(attributesPath, attributesText);
  put(lockPath, lockText(pack.meta, { ...(await lockIn(folder))?.records, owned: withPolicy('owned') }, host));
  put(mergeBasePath, mergeBaseText(managed, host === undefined ? folder.get(manifestPath) : undefined));
  const different = sortedPaths(managed).filter((path) => {
    const [mine, theirs] = [folder.get(path), managed.get(path)];
    return !mine || !theirs || !sameFile(mine, theirs);
  });
  return { tree, different };
}

/** An earlier lock, if it can be read. */
async function lockIn(folder: Tree): Promise<Lock | undefined> {
  const content = folder.get(lockPath as RelPath)?.content;
  if (typeof content !== 'string') return undefined;
  try {
    return await parseLock(content, lockPath);
  } catch {
    return undefined;
  }
}
