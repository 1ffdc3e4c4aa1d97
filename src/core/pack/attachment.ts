import { parseMergeBase, serializeMergeBase } from '../lock/merge-base.ts';
import { hunksOf } from '../merge/hunks.ts';
import { mergeLines } from '../merge/lines.ts';
import { commonEnding, splitLines, type TextLines } from '../text/line-endings.ts';
import { joinPath, type RelPath } from '../tree/rel-path.ts';
import { sameFile, type Tree, type TreeFile, textFile } from '../tree/tree.ts';

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

/** A file of the application without what `host attach` added. */
export interface Restored {
  /** Empty if `host attach` created the file, and nobody added anything. */
  readonly file: TreeFile;
  /** False if the user changed some of the added lines: they stay. */
  readonly isComplete: boolean;
}

/** A file of the application without the lines that `host attach` added, also if the user moved them. */
export function withoutAttachment(path: RelPath, mine: TreeFile, { before, after }: Attachment): Restored {
  const [old, added] = [before.get(path) ?? textFile(''), after.get(path)];
  if (added === undefined) return { file: mine, isComplete: false };
  if (sameFile(mine, added)) return { file: old, isComplete: true };
  const [base, current, theirs] = [added.content, mine.content, old.content];
  if (typeof base !== 'string' || typeof current !== 'string' || typeof theirs !== 'string')
    return { file: mine, isComplete: false };
  const merged = mergeLines(base, current, theirs, { labels: { base: 'attached', theirs: 'before' } });
  if (merged.kind === 'clean' && !hasAdded(merged.text, base, theirs))
    return { file: { content: merged.text, mode: mine.mode }, isComplete: true };
  const { text, isComplete } = withoutBlocks(current, base, theirs);
  return { file: { content: text, mode: mine.mode }, isComplete: isComplete && !hasAdded(text, base, theirs) };
}

/** Whether a text has lines that `host attach` added: the user moved or repeated them. */
function hasAdded(text: string, base: string, theirs: string): boolean {
  const [mine, from, to] = [text, base, theirs].map(
    (each) => new Set(splitLines(each).lines.map((line) => line.trim())),
  );
  return [...(mine ?? [])].some((line) => from?.has(line) === true && to?.has(line) === false);
}

/** Replaces each changed block where it is, even beside edits, unless it is missing or not unique. */
function withoutBlocks(text: string, base: string, theirs: string): { text: string; isComplete: boolean } {
  const [mine, from, to] = [text, base, theirs].map(splitLines) as [TextLines, TextLines, TextLines];
  const hunks = hunksOf(from.lines, to.lines) ?? [];
  let lines = mine.lines.map((line, at) => `${line}${mine.endings[at] ?? ''}`);
  let isComplete = hunks.length > 0;
  for (const { at, size, toAt, toSize } of hunks) {
    const block = from.lines.slice(at, at + size);
    const bare = splitLines(lines.join('')).lines;
    const [place, another] = bare.flatMap((_, start) =>
      block.every((line, index) => bare[start + index] === line) ? [start] : [],
    );
    if (block.length === 0 || place === undefined || another !== undefined) {
      isComplete = false;
      continue;
    }
    const old = to.lines.slice(toAt, toAt + toSize).map((line) => `${line}${commonEnding(mine.endings)}`);
    lines = [...lines.slice(0, place), ...old, ...lines.slice(place + size)];
  }
  return { text: lines.join(''), isComplete };
}
