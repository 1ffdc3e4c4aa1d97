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

/**
 * A file of the application without the lines that `host attach` added; `undefined` if the user changed those lines. It is
 * empty if `host attach` created it, and nobody added anything.
 */
export function withoutAttachment(path: RelPath, mine: TreeFile, { before, after }: Attachment): TreeFile | undefined {
  const [old, added] = [before.get(path) ?? textFile(''), after.get(path)];
  if (added === undefined) return undefined;
  if (sameFile(mine, added)) return old;
  if ([mine, old, added].some(({ content }) => typeof content !== 'string')) return undefined;
  const labels = { base: 'attached', theirs: 'before' };
  const [base, current, theirs] = [added, mine, old].map(({ content }) => content as string) as [
    string,
    string,
    string,
  ];
  const merged = mergeLines(base, current, theirs, { labels });
  const text = merged.kind === 'clean' ? merged.text : withoutBlocks(current, base, theirs);
  return text === undefined ? undefined : { content: text, mode: mine.mode };
}

/** Replaces each changed block where it is, even beside edits; `undefined` if a block is missing or not unique. */
function withoutBlocks(text: string, base: string, theirs: string): string | undefined {
  const [mine, from, to] = [text, base, theirs].map(splitLines) as [TextLines, TextLines, TextLines];
  let lines = mine.lines.map((line, at) => `${line}${mine.endings[at] ?? ''}`);
  for (const { at, size, toAt, toSize } of hunksOf(from.lines, to.lines) ?? []) {
    const block = from.lines.slice(at, at + size);
    const bare = splitLines(lines.join('')).lines;
    const places = bare.flatMap((_, place) =>
      block.every((line, index) => bare[place + index] === line) ? [place] : [],
    );
    const [place] = places;
    if (block.length === 0 || place === undefined || places.length > 1) return undefined;
    const old = to.lines.slice(toAt, toAt + toSize).map((line) => `${line}${commonEnding(mine.endings)}`);
    lines = [...lines.slice(0, place), ...old, ...lines.slice(place + size)];
  }
  return lines.join('');
}
