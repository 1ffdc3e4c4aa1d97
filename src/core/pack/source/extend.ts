import type { RelPath } from '../../tree/rel-path.ts';
import type { Tree, TreeFile } from '../../tree/tree.ts';
import { isPackFile } from './start-pack.ts';

/**
 * The files of a pack that extends another: its own ones, and those of the base that it neither replaces nor removes. An
 * own file replaces one of the same output path, also if only one of them is a template.
 */
export function extendTree(base: Tree, own: Tree, removed: readonly string[]): Tree {
  const replaced = new Set([...own.keys()].map(outputOf));
  const isRemoved = (path: string) => removed.some((one) => (one.endsWith('/') ? path.startsWith(one) : path === one));
  const kept = [...base].filter(
    ([path]) => isPackFile(path) && path !== 'pack.yaml' && !replaced.has(outputOf(path)) && !isRemoved(path),
  );
  return new Map<RelPath, TreeFile>([...kept, ...own]);
}

function outputOf(path: string): string {
  return path.replace(/\.hbs$/, '');
}

/** The entries of `removed` that the base does not have. */
export function unknownRemovals(base: Tree, removed: readonly string[]): string[] {
  const paths = [...base.keys()];
  return removed.filter((one) => !paths.some((path) => (one.endsWith('/') ? path.startsWith(one) : path === one)));
}
