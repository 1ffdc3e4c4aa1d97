import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { PackEntry } from '../../core/pack/check/check-files.ts';
import { comparePaths } from '../../core/tree/tree.ts';
import { ignoredFolders } from '../fs/read-tree.ts';

/** Everything in a pack's folder, also what packs ignore: links, and names that are illegal on another system. */
export function packEntries(root: string): PackEntry[] {
  const found: PackEntry[] = [];
  const collect = (folder: string): void => {
    for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
      if (entry.isDirectory()) {
        if (!ignoredFolders.has(entry.name)) collect(path);
      } else found.push({ path, kind: entry.isFile() ? 'file' : entry.isSymbolicLink() ? 'link' : 'other' });
    }
  };
  collect('');
  return found.sort((a, b) => comparePaths(a.path, b.path));
}
