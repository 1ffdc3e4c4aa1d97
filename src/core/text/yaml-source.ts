import type { Alias, CST, Document, Node, ParsedNode } from 'yaml';
import type { Position, Range } from '../diagnostic.ts';

export interface SyntaxFault {
  readonly message: string;
  readonly range: Range;
}

/** YAML with the place of everything in it. Slower than `readYaml`: for text that is shown back to its author. */
export interface YamlSource {
  readonly value: unknown;
  readonly faults: readonly SyntaxFault[];
  /** The place of a value or of its key; the nearest parent's where there is none. */
  rangeOf(path: readonly (string | number)[], at: 'key' | 'value'): Range;
}

/** More aliases or deeper nesting than this are an attack, not a manifest. */
const maxAliases = 100;
const maxDepth = 100;

type Library = typeof import('yaml');
type RangeAt = (from: number, to: number) => Range;

export async function parseYaml(given: string): Promise<YamlSource> {
  const yaml = await import('yaml');
  const text = given.replace(/^\ufeff/, '');
  const lines = new yaml.LineCounter();
  const rangeAt = rangesIn(text, lines);
  const tokens = [...new yaml.Parser(lines.addNewLine).parse(text)];
  const deep = tooDeepAt(tokens);
  if (deep !== undefined) {
    const range = rangeAt(deep, deep + 1);
    return {
      value: undefined,
      faults: [{ message: `more than ${maxDepth} levels deep`, range }],
      rangeOf: () => range,
    };
  }
  const documents = [
    ...new yaml.Composer({ schema: 'core', resolveKnownTags: false, uniqueKeys: false, logLevel: 'silent' }).compose(
      tokens,
    ),
  ];
  const document = documents[0] as Document.Parsed | undefined;
  const faults = documents.flatMap((one, index) => faultsOf(yaml, one as Document.Parsed, index, rangeAt));
  const value = faults.length > 0 ? undefined : readValue(yaml, document, faults, rangeAt);
  return { value, faults, rangeOf: (path, at) => placeOf(yaml, document, path, at, rangeAt) };
}

function rangesIn(text: string, lines: { linePos(offset: number): { line: number; col: number } }): RangeAt {
  const position = (offset: number): Position => {
    const { line, col } = lines.linePos(Math.min(offset, text.length));
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  return (from, to) => ({ start: position(from), end: position(Math.max(to, from)) });
}

/** Found before anything recursive sees the text: too deep a recursion can end the process. */
function tooDeepAt(tokens: readonly CST.Token[]): number | undefined {
  const open: [token: CST.Token, depth: number][] = tokens.map((token) => [token, 0]);
  for (let next = open.pop(); next; next = open.pop()) {
    const [token, depth] = next;
    if (depth > maxDepth) return token.offset;
    const items = 'items' in token ? token.items.flatMap((item) => [item.key, item.value]) : [];
    const inner = token.type === 'document' ? [token.value] : items;
    for (const one of inner) if (one) open.push([one, depth + 1]);
  }
  return undefined;
}

function faultsOf(yaml: Library, document: Document.Parsed, index: number, rangeAt: RangeAt): SyntaxFault[] {
  const faults = [...document.errors, ...document.warnings].map((error) => ({
    message: sentence(error.message),
    range: rangeAt(...error.pos),
  }));
  const place = (node: { range?: readonly number[] | null | undefined }) =>
    rangeAt(node.range?.[0] ?? 0, node.range?.[1] ?? 0);
  yaml.visit(document, {
    Map: (_, { items }) => {
      const keys = new Map<string, Node>();
      for (const { key } of items) {
        if (!yaml.isScalar(key)) continue;
        if (key.value === '__proto__') faults.push({ message: 'the key __proto__ is not read', range: place(key) });
        const first = keys.get(String(key.value));
        if (first === undefined) keys.set(String(key.value), key);
        else
          faults.push({
            message: `the key ${key.value} stands twice; first in line ${place(first).start.line}`,
            range: place(key),
          });
      }
    },
    Alias: (_, alias) => {
      if (alias.resolve(document) === undefined)
        faults.push({ message: `nothing before here is called &${alias.source}`, range: place(alias) });
    },
  });
  if (index === 1) {
    const start = document.range[0];
    faults.unshift({ message: 'a second document starts here; only one is read', range: rangeAt(start, start + 1) });
  }
  return faults;
}

function readValue(
  yaml: Library,
  document: Document.Parsed | undefined,
  faults: SyntaxFault[],
  rangeAt: RangeAt,
): unknown {
  try {
    return document?.toJS({ maxAliasCount: maxAliases });
  } catch {
    let first: Alias | undefined;
    yaml.visit(document as Document.Parsed, {
      Alias: (_, alias) => {
        first = alias;
        return yaml.visit.BREAK;
      },
    });
    const range = rangeAt(first?.range?.[0] ?? 0, first?.range?.[1] ?? 0);
    faults.push({ message: `the aliases stand for too much; at most ${maxAliases} are read`, range });
    return undefined;
  }
}

function placeOf(
  yaml: Library,
  document: Document.Parsed | undefined,
  path: readonly (string | number)[],
  at: 'key' | 'value',
  rangeAt: RangeAt,
): Range {
  let node: unknown = document?.contents;
  const root = document?.contents?.range[0] ?? 0;
  let range: Range = rangeAt(root, root);
  for (const [index, part] of path.entries()) {
    if (yaml.isAlias(node)) node = node.resolve(document as Document.Parsed);
    const pair = yaml.isMap(node)
      ? node.items.find(({ key }) => yaml.isScalar(key) && String(key.value) === String(part))
      : undefined;
    node = yaml.isSeq(node) ? node.items[Number(part)] : pair?.value;
    const isKey = at === 'key' && index === path.length - 1;
    const place = (isKey || !yaml.isNode(node) ? pair?.key : node) ?? node;
    if (!yaml.isNode(place) || !place.range) break;
    range = rangeAt(place.range[0], (place as ParsedNode).range[1]);
  }
  return range;
}

function sentence(message: string): string {
  const line = message.split('\n')[0] ?? message;
  return line.charAt(0).toLowerCase() + line.slice(1);
}
