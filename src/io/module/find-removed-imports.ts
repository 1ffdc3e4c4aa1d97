import { join } from 'node:path';
import type { PackMeta } from '../../core/pack/pack-meta.ts';
import { removedImports } from '../../core/pack/update/removed-imports.ts';
import type { RelPath } from '../../core/tree/rel-path.ts';
import type { Tree } from '../../core/tree/tree.ts';
import { readFile } from '../fs/read-file.ts';
import { ignoredFolders, pathsBelow } from '../fs/read-tree.ts';

/** Folders without code of the user. */
const skipped = new Set([...ignoredFolders, '.data', 'build', 'coverage', 'dist', 'vendor', 'venv']);

/**
 * Sentences about files of the user that import what the host no longer has after an update. `planned` has the files that
 * it writes, `removed` those that it deletes.
 */
export function findRemovedImports(
  root: string,
  { host: { replaced } }: PackMeta,
  planned: Tree,
  removed: ReadonlySet<RelPath>,
  isReported: (path: string) => boolean,
): string[] {
  if (Object.keys(replaced).length === 0) return [];
  const paths = new Set<string>([...pathsBelow(root, skipped), ...planned.keys()]);
  for (const path of removed) paths.delete(path);
  const read = (path: string) => {
    const { content } = planned.get(path as RelPath) ?? readFile(join(root, path));
    return typeof content === 'string' ? content : undefined;
  };
  return [...paths]
    .filter((path) => !isReported(path))
    .flatMap((path) => removedImports(path, { paths, read }, replaced));
}
