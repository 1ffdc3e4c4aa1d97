import type { RelPath } from '../text/rel-path.ts';

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

export function sameContent(a: string | Uint8Array, b: string | Uint8Array): boolean {
  if (typeof a === 'string' || typeof b === 'string') return a === b;
  return a.length === b.length && a.every((byte, index) => byte === b[index]);
}

export function sameFile(a: TreeFile, b: TreeFile): boolean {
  return a === b || (a.mode === b.mode && sameContent(a.content, b.content));
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
