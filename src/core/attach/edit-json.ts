import { findNodeAtLocation, type Node, type ParseError, parse, parseTree } from 'jsonc-parser';

// jsonc-parser's own `modify` puts every item on a line of its own, which formatters undo.

/**
 * Sets an entry of an object at the top level of package.json, keeping the layout: in its place if the keys are sorted, else
 * last. Creates the object if it is missing. `undefined` if the text is not JSON, or its position is uncertain.
 */
export function addToJsonObject(text: string, object: string, key: string, value: string): string | undefined {
  const root = rootOf(text);
  if (root === undefined) return undefined;
  const entry = `${JSON.stringify(key)}: ${JSON.stringify(value)}`;
  const parent = findNodeAtLocation(root, [object]);
  if (parent === undefined)
    return insert(text, root, sizeOf(root), `${JSON.stringify(object)}: {${spread(text, entry, unitOf(text))}}`);
  if (parent.type !== 'object') return undefined;
  const known = findNodeAtLocation(parent, [key]);
  if (known !== undefined) return splice(text, known.offset, known.length, JSON.stringify(value));
  const keys = keysOf(parent);
  const isSorted = keys.every((one, at) => at === 0 || (keys[at - 1] as string).localeCompare(one) <= 0);
  const later = isSorted ? keys.findIndex((one) => one.localeCompare(key) > 0) : -1;
  return insert(text, parent, later === -1 ? keys.length : later, entry);
}

/** Replaces the text of an entry in an object at the top level. `undefined` if there is no such entry. */
export function changeJsonEntry(
  text: string,
  object: string,
  key: string,
  change: (value: string) => string,
): string | undefined {
  const root = rootOf(text);
  const entry = root && findNodeAtLocation(root, [object, key]);
  if (entry?.type !== 'string') return undefined;
  return splice(text, entry.offset, entry.length, JSON.stringify(change(entry.value)));
}

/** Adds a text to a list of a JSON file with comments, and the list with `initial` if only that is missing. */
export function addToJsonList(
  text: string,
  path: readonly string[],
  item: string,
  initial: readonly string[] = [],
): string | undefined {
  const root = rootOf(text);
  if (root === undefined) return undefined;
  const list = findNodeAtLocation(root, [...path]);
  if (list?.type === 'array') {
    const isListed = list.children?.some(({ value }) => value === item);
    return isListed ? text : insert(text, list, sizeOf(list), JSON.stringify(item));
  }
  const parent = findNodeAtLocation(root, path.slice(0, -1));
  if (list !== undefined || parent?.type !== 'object') return undefined;
  const items = [...initial, item].map((one) => JSON.stringify(one));
  return insert(text, parent, sizeOf(parent), `${JSON.stringify(path.at(-1))}: [${items.join(', ')}]`);
}

/** The value of a JSON file with comments, without what its syntax errors hide. */
export function parseJsonWithComments(text: string): unknown {
  return parse(text.replace(/^\ufeff/, ''), [], { allowTrailingComma: true });
}

/** The object of a JSON file with comments; `undefined` if it has a syntax error, or a key twice at the top level. */
function rootOf(text: string): Node | undefined {
  const errors: ParseError[] = [];
  const root = parseTree(text.replace(/^\ufeff/, ' '), errors, { allowTrailingComma: true });
  if (root?.type !== 'object' || errors.length > 0) return undefined;
  return new Set(keysOf(root)).size === sizeOf(root) ? root : undefined;
}

function keysOf(object: Node): string[] {
  return (object.children ?? []).map((property) => property.children?.[0]?.value);
}

function sizeOf(node: Node): number {
  return node.children?.length ?? 0;
}

/** Inserts an entry of an object or an item of a list, on a line of its own if its neighbour has one. */
function insert(text: string, parent: Node, index: number, content: string): string {
  const [previous, next] = [parent.children?.[index - 1], parent.children?.[index]];
  if (next !== undefined) return splice(text, next.offset, 0, `${content},${gapBefore(text, next)}`);
  if (previous === undefined) return fill(text, parent, content);
  const end = previous.offset + previous.length;
  const gap = gapBefore(text, previous);
  if (gap === ' ') return splice(text, end, 0, `, ${content}`);
  // The comma comes in front of a comment behind the last entry.
  const [rest = '', comma = '', comment = ''] =
    /^(\s*,)?([ \t]*(?:\/\/[^\r\n]*|\/\*[^\r\n]*?\*\/))?/.exec(text.slice(end)) ?? [];
  return splice(text, end, rest.length, `,${comment}${gap}${content}${comma.trim()}`);
}

/** Inserts the only content of an empty object or list, behind a comment in it. */
function fill(text: string, parent: Node, content: string): string {
  const inside = text.slice(parent.offset + 1, parent.offset + parent.length - 1);
  const indent = /^[ \t]*/.exec(text.slice(text.lastIndexOf('\n', parent.offset) + 1))?.[0] ?? '';
  const added = parent.type === 'array' && inside.trim() === '' ? content : spread(text, content, indent);
  return splice(text, parent.offset + 1, inside.length, `${inside.trimEnd()}${added}`);
}

/** The inside of an object with one entry, on a line of its own in files that have several. */
function spread(text: string, content: string, indent: string): string {
  const ending = endingOf(text);
  return text.trim().includes('\n') ? `${ending}${indent}${unitOf(text)}${content}${ending}${indent}` : ` ${content} `;
}

/** The line break and indentation before a node, or a space if it does not begin its line. */
function gapBefore(text: string, { offset }: Node): string {
  const start = text.lastIndexOf('\n', offset - 1) + 1;
  const lead = text.slice(start, offset);
  return start > 0 && lead.trim() === '' ? `${endingOf(text)}${lead}` : ' ';
}

function unitOf(text: string): string {
  return /^([ \t]+)"/m.exec(text)?.[1] ?? '  ';
}

function endingOf(text: string): string {
  return text.includes('\r\n') ? '\r\n' : '\n';
}

function splice(text: string, at: number, length: number, next: string): string {
  return `${text.slice(0, at)}${next}${text.slice(at + length)}`;
}
