import { lockPath, mergeBasePath } from '../lock/lock.ts';
import { manifestPath, parseMergeBase } from '../lock/merge-base.ts';
import type { RelPath } from '../tree/rel-path.ts';
import { sameFile, sortedPaths, type Tree } from '../tree/tree.ts';
import type { Context } from './context/context.ts';
import type { Pack } from './pack.ts';
import { renderModule } from './render-module.ts';

/** The files that updates merge. */
export function managedIn(files: Tree): Tree {
  const base = files.get(mergeBasePath as RelPath)?.content;
  return (typeof base === 'string' ? parseMergeBase(base) : undefined) ?? new Map();
}

/**
 * The files of a module that the pack did not generate, or that were edited since. Without a context the manifest is
 * invalid, which only an edit can have done.
 */
export async function editedFiles(pack: Pack, context: Context | undefined, mine: Tree): Promise<RelPath[]> {
  const rendered = context === undefined ? new Map() : await renderModule(pack, context);
  const base = managedIn(mine);
  const own = new Set<string>([lockPath, mergeBasePath]);
  return sortedPaths(mine).filter((path) => {
    const [file, now, last] = [mine.get(path), rendered.get(path), path === manifestPath ? undefined : base.get(path)];
    return file !== undefined && !own.has(path) && ![now, last].some((one) => one !== undefined && sameFile(file, one));
  });
}
