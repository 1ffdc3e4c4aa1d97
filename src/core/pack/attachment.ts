import { lockPath, parseLock } from '../lock/lock.ts';
import { parseMergeBase, serializeMergeBase } from '../lock/merge-base.ts';
import { mergeLines } from '../merge/lines.ts';
import { joinPath, type RelPath } from '../tree/rel-path.ts';
import { sameFile, type Tree, type TreeFile } from '../tree/tree.ts';

/**
 * What `host attach` did to an application, so that `host detach` can undo it: the application's files before and after,
 * and the files that it wrote for the user to edit.
 */
export interface Attachment {
  readonly before: Tree;
  readonly after: Tree;
  readonly written: Tree;
}

export const attachmentPath = '.ai-module/attached.base';

export function attachmentText({ before, after, written }: Attachment): string {
  const placed = (folder: string, tree: Tree) =>
    [...tree].map(([path, file]) => [joinPath(folder, path), file] as const);
  return serializeMergeBase(
    new Map([...placed('before', before), ...placed('after', after), ...placed('written', written)]),
  );
}

/** The inverse of `attachmentText`; `undefined` if the text is invalid. */
export function parseAttachment(text: string): Attachment | undefined {
  const tree = parseMergeBase(text);
  if (tree === undefined) return undefined;
  const below = (folder: string): Tree =>
    new Map(
      [...tree]
        .filter(([path]) => path.startsWith(`${folder}/`))
        .map(([path, file]) => [path.slice(folder.length + 1) as RelPath, file]),
    );
  return { before: below('before'), after: below('after'), written: below('written') };
}

/** A file of the application without the lines that `host attach` added; `undefined` if the user changed those lines. */
export function withoutAttachment(path: RelPath, mine: TreeFile, { before, after }: Attachment): TreeFile | undefined {
  const [old, added] = [before.get(path), after.get(path)];
  if (old === undefined || added === undefined) return undefined;
  if (sameFile(mine, added)) return old;
  if ([mine, old, added].some(({ content }) => typeof content !== 'string')) return undefined;
  const labels = { base: 'attached', theirs: 'before' };
  const [base, current, theirs] = [added, mine, old].map(({ content }) => content as string) as [
    string,
    string,
    string,
  ];
  const merged = mergeLines(base, current, theirs, { labels });
  return merged.kind === 'clean' ? { content: merged.text, mode: mine.mode } : undefined;
}

/** The owned files of a lock. */
export async function ownedPaths(files: Tree): Promise<readonly RelPath[]> {
  const content = files.get(lockPath as RelPath)?.content;
  return typeof content === 'string' ? (await parseLock(content, lockPath)).records.owned : [];
}
