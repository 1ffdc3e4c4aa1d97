import { fromHex, toHex } from '../text/bytes.ts';
import { withLineFeeds } from '../text/line-endings.ts';
import { invalidPathReason, type RelPath } from '../tree/rel-path.ts';
import { sortedPaths, type Tree, type TreeFile } from '../tree/tree.ts';

/**
 * The last render of every managed file as one plain text, sorted by path, so that git can merge it line by line:
 * a header `-- "path" mode=100644 enc=utf8 --`, then the file's lines. Nothing in it is derived from the files
 * (no length, no hash): two branches that changed different lines of one file must not conflict here.
 * A line that looks like a header, or like a marker of git, is escaped with a backslash: what looks like one is one.
 * `noeol` tells a file without a final line feed.
 */
export function serializeMergeBase(tree: Tree): string {
  return sortedPaths(tree)
    .map((path) => {
      const file = tree.get(path) as TreeFile;
      const isText = typeof file.content === 'string';
      const body = typeof file.content === 'string' ? file.content : toHex(file.content);
      const flags = [file.mode === 0o755 ? 'mode=100755' : 'mode=100644', isText ? 'enc=utf8' : 'enc=hex'];
      if (!body.endsWith('\n')) flags.push('noeol');
      return `-- ${JSON.stringify(path)} ${flags.join(' ')} --\n${writeLines(body)}`;
    })
    .join('');
}

export const manifestPath = 'manifest.yaml' as RelPath;

/** The base as it is kept: what was rendered, and the manifest that it was rendered from, which is the user's. */
export function mergeBaseText(rendered: Tree, manifest: TreeFile | undefined): string {
  if (manifest === undefined) return serializeMergeBase(rendered);
  const { content, mode } = manifest;
  const kept = { content: typeof content === 'string' ? withLineFeeds(content) : content, mode };
  return serializeMergeBase(new Map([...rendered, [manifestPath, kept]]));
}

/** The inverse of `mergeBaseText`. Bases of older modules have no manifest. */
export function splitManifest(tree: Tree): { readonly base: Tree; readonly manifest: TreeFile | undefined } {
  const base = new Map(tree);
  base.delete(manifestPath);
  return { base, manifest: tree.get(manifestPath) };
}

const header = /^("(?:[^"\\]|\\.)*") mode=(100644|100755) enc=(utf8|hex)( noeol)? --$/;

/** The inverse of `serializeMergeBase`; `undefined` for text that it did not write. */
export function parseMergeBase(given: string): Tree | undefined {
  // Converted: in the headers, no carriage return is anything that was rendered.
  const text = given.includes('\r') && /^-- ".* --\r$/m.test(given) ? withLineFeeds(given) : given;
  const tree = new Map<RelPath, TreeFile>();
  if (text === '') return tree;
  if (!text.startsWith('-- ') || !text.endsWith('\n')) return undefined;
  for (const part of text.slice('-- '.length, -1).split('\n-- ')) {
    const end = part.indexOf('\n');
    const match = end === -1 ? null : header.exec(part.slice(0, end));
    if (!match) return undefined;
    const [, quoted = '""', mode, encoding, noeol] = match;
    const path = readPath(quoted);
    const body = readLines(part.slice(end + 1), noeol !== undefined);
    const isHex = encoding === 'hex';
    if (path === undefined || tree.has(path) || (isHex && !/^([0-9a-f]{2})*$/.test(body))) return undefined;
    tree.set(path, { content: isHex ? fromHex(body) : body, mode: mode === '100755' ? 0o755 : 0o644 });
  }
  return tree;
}

/** What is committed may have been edited: no path out of the module is taken from it. */
function readPath(quoted: string): RelPath | undefined {
  try {
    const path = String(JSON.parse(quoted));
    return invalidPathReason(path) === undefined ? (path as RelPath) : undefined;
  } catch {
    return undefined;
  }
}

function writeLines(body: string): string {
  const escaped = body.replace(/(^|\n)(?=\\|-- |<{7}|\|{7}|={7}|>{7})/g, '$1\\');
  return escaped.endsWith('\n') ? escaped : `${escaped}\n`;
}

function readLines(lines: string, noeol: boolean): string {
  const body = lines.replace(/(^|\n)\\/g, '$1');
  return noeol ? body : `${body}\n`;
}
