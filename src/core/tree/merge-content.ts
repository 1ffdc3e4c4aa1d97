import { toLatin1 } from '../text/latin1.ts';
import { type LineMerge, type MergeLinesOptions, mergeLines } from '../text/line-merge.ts';
import { sameBytes, sameContent, type TreeFile, textOf } from './tree.ts';

type Content = TreeFile['content'];

export interface ContentMerge {
  readonly content: Content;
  readonly conflicts: LineMerge['conflicts'];
}

/**
 * Three contents → one; `undefined` where they are no text that lines could be told apart in. Bytes that are not UTF-8
 * are read as Latin-1, in which every byte means something, and written so again if all of the result can be.
 */
export function mergeContent(
  base: Content,
  mine: Content,
  theirs: Content,
  options: MergeLinesOptions,
): ContentMerge | undefined {
  if (sameContent(base, theirs)) return { content: mine, conflicts: [] };
  if (sameBytes(base, mine)) return { content: theirs, conflicts: [] };
  const [o, a, b] = [textOf(base), textOf(mine), textOf(theirs)];
  if (o === undefined || a === undefined || b === undefined) return undefined;
  const { text, conflicts } = mergeLines(o, a, b, options);
  const content = typeof mine === 'string' ? text : toLatin1(text);
  return content === undefined ? undefined : { content, conflicts };
}
