import { fromLatin1 } from '../text/bytes.ts';
import { withEndingsOf, withLineFeeds } from '../text/line-endings.ts';
import type { RelPath } from './rel-path.ts';

/** The file modes that git stores: executable or not. */
export type FileMode = 0o644 | 0o755;

/** `content` is a string if the bytes are valid UTF-8 (including any byte order mark), else the bytes. */
export interface TreeFile {
  readonly content: string | Uint8Array;
  readonly mode: FileMode;
}

/** Files by their paths relative to one root. All layers except `io` access files only in this form. */
export type Tree = ReadonlyMap<RelPath, TreeFile>;

export function textFile(content: string, mode: FileMode = 0o644): TreeFile {
  return { content, mode };
}

type Content = TreeFile['content'];

/** Whether two contents are equal, ignoring line endings, which git and editors convert. */
export function sameContent(a: Content, b: Content): boolean {
  if (sameBytes(a, b)) return true;
  const [left, right] = typeof a === typeof b ? [textOf(a), textOf(b)] : [];
  return left !== undefined && right !== undefined && withLineFeeds(left) === withLineFeeds(right);
}

/** The content as text, decoding bytes as Latin-1; `undefined` for binary content. */
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

/** The file to write over an existing one: keeps the line endings of the existing file. */
export function withExistingEndings(existing: TreeFile, { content, mode }: TreeFile): TreeFile {
  if (sameContent(existing.content, content)) return { content: existing.content, mode };
  if (typeof existing.content !== 'string' || typeof content !== 'string') return { content, mode };
  return { content: withEndingsOf(existing.content, content), mode };
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

/** Paths in code-unit order, which does not depend on the locale. */
export function sortedPaths(tree: Tree): RelPath[] {
  return [...tree.keys()].sort(comparePaths);
}

export function comparePaths(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
