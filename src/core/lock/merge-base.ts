import { fromHex, toHex } from '../text/bytes.ts';
import { withLineFeeds } from '../text/line-endings.ts';
import { invalidPathReason, type RelPath } from '../tree/rel-path.ts';
import { sortedPaths, type Tree, type TreeFile } from '../tree/tree.ts';

/**
 * The last render of every managed file as one plain text, sorted by path. For each file it has a header
 * `-- "path" mode=100644 enc=utf8 --` and the file's lines. It contains no lengths and no hashes, so that git can merge
 * branches that changed different lines of one file. Lines that look like a header or a conflict marker are escaped
 * with a backslash. `noeol` marks a file without a final line feed.
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

/** The text of pristine.base: the rendered files and the manifest that they were rendered from. */
export function mergeBaseText(rendered: Tree, manifest: TreeFile | undefined): string {
  if (manifest === undefined) return serializeMergeBase(rendered);
  const { content, mode } = manifest;
  const stored = { content: typeof content === 'string' ? withLineFeeds(content) : content, mode };
  return serializeMergeBase(new Map([...rendered, [manifestPath, stored]]));
}

/** Separates the manifest from the rendered files. Merge bases of older versions contain no manifest. */
export function splitManifest(tree: Tree): { readonly base: Tree; readonly manifest: TreeFile | undefined } {
  const base = new Map(tree);
  base.delete(manifestPath);
  return { base, manifest: tree.get(manifestPath) };
}

/** The name of the module in the text of a merge base, or of a manifest alone; `undefined` if there is none. */
export function lastName(text: string): string | undefined {
  const start = text.search(/^-- "manifest\.yaml" /m);
  const from = start === -1 ? text : text.slice(start + 1);
  const end = from.search(/^-- "/m);
  return /^name:[ \t]*["']?([a-z]\w*)/m.exec(end === -1 ? from : from.slice(0, end))?.[1];
}

const header = /^("(?:[^"\\]|\\.)*") mode=(100644|100755) enc=(utf8|hex)( noeol)? --$/;

/** The inverse of `serializeMergeBase`; `undefined` if the text is invalid. */
export function parseMergeBase(given: string): Tree | undefined {
  // If the headers have carriage returns, the line endings of the whole file were converted.
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

/** The file may have been edited, so paths that lead out of the module are rejected. */
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
