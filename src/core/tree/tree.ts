import { fromLatin1 } from '../text/bytes.ts';
import { withEndingsOf, withLineFeeds } from '../text/line-endings.ts';
import type { RelPath } from './rel-path.ts';

/** What git keeps of a file's permissions: executable or not. */
export type FileMode = 0o644 | 0o755;

/** `content` is a string when the bytes are valid UTF-8 (a byte order mark is kept), else the bytes themselves. */
export interface TreeFile {
  readonly content: string | Uint8Array;
  readonly mode: FileMode;
}

/** Files by their path relative to one root. Everything above `io` sees files only like this. */
export type Tree = ReadonlyMap<RelPath, TreeFile>;

export function textFile(content: string, mode: FileMode = 0o644): TreeFile {
  return { content, mode };
}

type Content = TreeFile['content'];

/** Whether two contents are the same but for line endings, which git and editors convert. */
export function sameContent(a: Content, b: Content): boolean {
  if (sameBytes(a, b)) return true;
  const [left, right] = typeof a === typeof b ? [textOf(a), textOf(b)] : [];
  return left !== undefined && right !== undefined && withLineFeeds(left) === withLineFeeds(right);
}

/** The text of a content, where lines can be told apart in it. Bytes that are not UTF-8 are read as Latin-1. */
export function textOf(content: Content): string | undefined {
  const text = typeof content === 'string' ? content : fromLatin1(content);
  return text.includes('\0') ? undefined : text;
}

export function sameBytes(a: Content, b: Content): boolean {
  if (typeof a === 'string' || typeof b === 'string') return a === b;
  return a.length === b.length && a.every((byte, index) => byte === b[index]);
}

export function sameFile(a: TreeFile, b: TreeFile): boolean {
  return a === b || (a.mode === b.mode && sameContent(a.content, b.content));
}

/** A file as it is written where another one is: line endings stay as they are there. */
export function withExistingEndings(there: TreeFile, { content, mode }: TreeFile): TreeFile {
  if (sameContent(there.content, content)) return { content: there.content, mode };
  if (typeof there.content !== 'string' || typeof content !== 'string') return { content, mode };
  return { content: withEndingsOf(there.content, content), mode };
}

export function sameTree(a: Tree, b: Tree): boolean {
  return (
    a.size === b.size &&
    [...a].every(([path, file]) => {
      const other = b.get(path);
      return other !== undefined && sameFile(file, other);
    })
  );
}

/** Paths in code-unit order: the same on every machine and in every locale. */
export function sortedPaths(tree: Tree): RelPath[] {
  return [...tree.keys()].sort(comparePaths);
}

export function comparePaths(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
