import type { RelPath } from '../text/rel-path.ts';
import { sortedPaths, type Tree, type TreeFile } from '../tree/tree.ts';

/**
 * The last render of every managed file as one plain text, sorted by path, so that git can merge it:
 * `-- path mode=100644 enc=utf8 length=N --`, the text, a line feed. Lengths are in UTF-16 code units of what follows.
 */
export function writePristine(tree: Tree): string {
  return sortedPaths(tree)
    .map((path) => {
      const file = tree.get(path) as TreeFile;
      const isText = typeof file.content === 'string';
      const body = typeof file.content === 'string' ? file.content : toHex(file.content);
      const mode = file.mode === 0o755 ? '100755' : '100644';
      return `-- ${JSON.stringify(path)} mode=${mode} enc=${isText ? 'utf8' : 'hex'} length=${body.length} --\n${body}\n`;
    })
    .join('');
}

const header = /-- ("(?:[^"\\]|\\.)*") mode=(100644|100755) enc=(utf8|hex) length=(\d+) --\n/y;

/** The inverse of `writePristine`; `undefined` for text that it did not write. */
export function readPristine(text: string): Tree | undefined {
  const tree = new Map<RelPath, TreeFile>();
  let at = 0;
  while (at < text.length) {
    header.lastIndex = at;
    const match = header.exec(text);
    if (!match) return undefined;
    const [whole, path, mode, encoding, length] = match as unknown as [string, string, string, string, string];
    const start = at + whole.length;
    const body = text.slice(start, start + Number(length));
    if (body.length !== Number(length) || text[start + body.length] !== '\n') return undefined;
    tree.set(JSON.parse(path) as RelPath, {
      content: encoding === 'utf8' ? body : fromHex(body),
      mode: mode === '100755' ? 0o755 : 0o644,
    });
    at = start + body.length + 1;
  }
  return tree;
}

function toHex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

function fromHex(hex: string): Uint8Array {
  return Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}
