import type { Alias, CST, Document, ParsedNode } from 'yaml';
import type { Position, Range } from '../diagnostic.ts';
import { controlCharacters, problemsOf, type Span, type SyntaxProblem } from './syntax-problems.ts';

export type YamlPath = readonly (string | number)[];

/** Parsed YAML with the positions of keys and values. Slower than `readYaml`, for texts that diagnostics refer to. */
export interface YamlSource {
  /** The text without a byte order mark; offsets refer to it. */
  readonly text: string;
  /** `undefined` if the text cannot be parsed. A duplicate key has its last value. */
  readonly value: unknown;
  readonly problems: readonly SyntaxProblem[];
  /** The range of a value or of its key, or of the nearest parent if it does not exist. */
  rangeOf(path: YamlPath, at: 'key' | 'value'): Range;
  spanOf(path: YamlPath, at: 'key' | 'value'): Span;
  rangeAt(from: number, to: number): Range;
  scalars(): readonly YamlScalar[];
  comments(): readonly YamlComment[];
  /** The document as nodes with offsets; `undefined` if it is empty. */
  root(): YamlNode | undefined;
}

/** A part of a document. An `other` is a scalar, or something that an edit should not change, such as an alias. */
export type YamlNode =
  | { readonly kind: 'map'; readonly isFlow: boolean; readonly span: Span; readonly entries: readonly YamlEntry[] }
  | { readonly kind: 'list'; readonly isFlow: boolean; readonly span: Span; readonly items: readonly YamlNode[] }
  | { readonly kind: 'other'; readonly span: Span };

export interface YamlEntry {
  readonly key: string;
  /** The offset of the key. */
  readonly start: number;
  readonly value: YamlNode;
}

/** Limits against malicious texts. */
const maxAliases = 100;
const maxDepth = 100;

type Library = typeof import('yaml');

export async function parseYaml(given: string): Promise<YamlSource> {
  const yaml = await import('yaml');
  const text = given.replace(/^\ufeff/, '');
  const lines = new yaml.LineCounter();
  const rangeAt = rangesIn(text, lines);
  const tokens = [...new yaml.Parser(lines.addNewLine).parse(text)];
  const deep = tooDeepAt(tokens);
  if (deep !== undefined) return unreadable(text, deep, rangeAt);
  const documents = [
    ...new yaml.Composer({ schema: 'core', resolveKnownTags: false, uniqueKeys: false, logLevel: 'silent' }).compose(
      tokens,
    ),
  ];
  const document = documents[0] as Document.Parsed | undefined;
  const problems = documents.flatMap((one, index) => problemsOf(yaml, one as Document.Parsed, index, rangeAt));
  problems.push(...controlCharacters(text, rangeAt));
  const isReadable = problems.every(({ rule }) => rule === 'duplicate-key' || rule === 'several-documents');
  const value = isReadable ? readValue(yaml, document, problems, rangeAt) : undefined;
  const spanOf: YamlSource['spanOf'] = (path, at) => spanAt(yaml, document, path, at);
  return {
    text,
    value,
    problems,
    rangeOf: (path, at) => rangeAt(...spanOf(path, at)),
    spanOf,
    rangeAt,
    scalars: () => scalarsOf(yaml, document),
    comments: () => commentsOf(tokens),
    root: () => (document?.contents ? nodeOf(yaml, document.contents, 0) : undefined),
  };
}

function unreadable(text: string, at: number, rangeAt: YamlSource['rangeAt']): YamlSource {
  const range = rangeAt(at, at + 1);
  return {
    text,
    value: undefined,
    problems: [{ rule: 'too-deep', message: `nested more than ${maxDepth} levels deep`, range }],
    rangeOf: () => range,
    spanOf: () => [at, at + 1],
    rangeAt,
    scalars: () => [],
    comments: () => [],
    root: () => undefined,
  };
}

function nodeOf(yaml: Library, node: unknown, after: number): YamlNode {
  const [from, to] = yaml.isNode(node) && node.range ? node.range : [after, after];
  const span: Span = [from, to];
  if (yaml.isSeq(node))
    return {
      kind: 'list',
      isFlow: node.flow === true,
      span,
      items: node.items.map((item) => nodeOf(yaml, item, from)),
    };
  if (!yaml.isMap(node)) return { kind: 'other', span };
  const entries = node.items.flatMap(({ key, value }) => {
    if (!yaml.isScalar(key) || !key.range) return [];
    return [{ key: String(key.value), start: key.range[0], value: nodeOf(yaml, value, key.range[1]) }];
  });
  return { kind: 'map', isFlow: node.flow === true, span, entries };
}

function rangesIn(text: string, lines: { linePos(offset: number): { line: number; col: number } }) {
  const position = (offset: number): Position => {
    const { line, col } = lines.linePos(Math.min(offset, text.length));
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  return (from: number, to: number): Range => ({ start: position(from), end: position(Math.max(to, from)) });
}

/** Runs before any recursive function, because deep recursion can crash the process. */
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

function readValue(
  yaml: Library,
  document: Document.Parsed | undefined,
  problems: SyntaxProblem[],
  rangeAt: YamlSource['rangeAt'],
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
    const message = `the aliases expand to too many values; at most ${maxAliases} are allowed`;
    problems.push({ rule: 'alias-bomb', message, range, hint: 'Replace the aliases with the values.' });
    return undefined;
  }
}

function spanAt(yaml: Library, document: Document.Parsed | undefined, path: YamlPath, at: 'key' | 'value'): Span {
  let node: unknown = document?.contents;
  const root = document?.contents?.range[0] ?? 0;
  let span: Span = [root, root];
  for (const [index, part] of path.entries()) {
    if (yaml.isAlias(node)) node = node.resolve(document as Document.Parsed);
    const pair = yaml.isMap(node)
      ? node.items.findLast(({ key }) => yaml.isScalar(key) && String(key.value) === String(part))
      : undefined;
    node = yaml.isSeq(node) ? node.items[Number(part)] : pair?.value;
    const isKey = at === 'key' && index === path.length - 1;
    const found = (isKey || !yaml.isNode(node) ? pair?.key : node) ?? node;
    if (!yaml.isNode(found) || !found.range) break;
    span = [found.range[0], (found as ParsedNode).range[1]];
  }
  return span;
}

/** A scalar in a text. `source` is its text without quotes. */
export interface YamlScalar {
  readonly source: string;
  readonly isPlain: boolean;
  readonly isKey: boolean;
  readonly path: readonly (string | number)[];
  readonly span: Span;
}

/** A comment, from its #. */
export interface YamlComment {
  readonly text: string;
  readonly offset: number;
}

/** Every scalar of a document with its path, in the order of the text. */
export function scalarsOf(yaml: Library, document: Document.Parsed | undefined): YamlScalar[] {
  const found: YamlScalar[] = [];
  const enter = (node: unknown, path: readonly (string | number)[], isKey: boolean): void => {
    if (yaml.isScalar(node)) {
      const [from, to] = node.range ?? [0, 0];
      found.push({ source: node.source ?? '', isPlain: node.type === 'PLAIN', isKey, path, span: [from, to] });
    } else if (yaml.isMap(node)) {
      for (const { key, value } of node.items) {
        const inner = [...path, yaml.isScalar(key) ? String(key.value) : ''];
        enter(key, inner, true);
        enter(value, inner, false);
      }
    } else if (yaml.isSeq(node)) for (const [index, item] of node.items.entries()) enter(item, [...path, index], false);
  };
  enter(document?.contents, [], false);
  return found;
}

/** Every comment, in the order of the text. A `#` inside a value does not start a comment. */
export function commentsOf(tokens: readonly CST.Token[]): YamlComment[] {
  const found: YamlComment[] = [];
  const enter = (part: unknown): void => {
    if (Array.isArray(part)) for (const one of part) enter(one);
    else if (typeof part === 'object' && part !== null) {
      const { type, offset, source } = part as { type?: string; offset: number; source: string };
      if (type === 'comment') found.push({ text: source, offset });
      else for (const [name, inner] of Object.entries(part)) if (name !== 'source') enter(inner);
    }
  };
  enter(tokens);
  return found.sort((a, b) => a.offset - b.offset);
}
