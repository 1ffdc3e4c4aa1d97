import { lockPath, mergeBasePath, parseLock } from '../../lock/lock.ts';
import { manifestPath, parseMergeBase } from '../../lock/merge-base.ts';
import type { RelPath } from '../../tree/rel-path.ts';
import { comparePaths, type Tree, type TreeFile } from '../../tree/tree.ts';
import type { PackMeta } from '../pack-meta.ts';
import { pendingChanges } from './pending-changes.ts';

export interface ChangedCode {
  readonly tree: Tree;
  /** What the user must change, in sentences. */
  readonly notes: readonly string[];
}

/**
 * Makes the pack's `code_changes` in a module of an older version: in files that belong to the user, because updates merge
 * all others. `folderPath` is for messages.
 */
export async function changeCode(folder: Tree, meta: PackMeta, folderPath: string): Promise<ChangedCode> {
  const [lock, base] = [lockPath, mergeBasePath].map((path) => folder.get(path as RelPath)?.content);
  if (typeof lock !== 'string') return { tree: folder, notes: [] };
  const changes = pendingChanges((await parseLock(lock, `${folderPath}/${lockPath}`)).pack, meta, 'code_changes');
  if (changes.length === 0) return { tree: folder, notes: [] };
  const managed = (typeof base === 'string' && parseMergeBase(base)) || new Map<RelPath, TreeFile>();
  const owned = new Set(
    meta.files
      .filter(({ policy }) => policy === 'owned' || policy === 'draft')
      .map(({ path }) => path.replace(/^module\/|\.hbs$/g, '')),
  );
  const notOurs = new Set<string>([lockPath, mergeBasePath, manifestPath]);
  const tree = new Map(folder);
  const notes: string[] = [];
  for (const [path, file] of [...folder].sort(([a], [b]) => comparePaths(a, b))) {
    // A file that older versions managed may belong to the user now.
    if ((managed.has(path) && !owned.has(path)) || notOurs.has(path) || typeof file.content !== 'string') continue;
    const content = changes.reduce((text, { replace }) => replaced(text, path, replace), file.content);
    if (content !== file.content) tree.set(path, { ...file, content });
    for (const [text, sentence] of changes.flatMap(({ report }) => Object.entries(report)))
      if (content.includes(text)) notes.push(`${folderPath}/${path} still contains ${text}. ${sentence}.`);
  }
  return { tree, notes };
}

type Replacements = PackMeta['code_changes'][number]['replace'];

function replaced(text: string, path: string, replacements: Replacements): string {
  const inEndings = (part: string) => (text.includes('\r\n') ? part.replaceAll('\n', '\r\n') : part);
  return replacements
    .filter(({ file }) => file === undefined || file === path)
    .reduce((changed, { from, to }) => changed.replaceAll(inEndings(from), () => inEndings(to)), text);
}
