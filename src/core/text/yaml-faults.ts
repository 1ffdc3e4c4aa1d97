import type { Document, Node } from 'yaml';
import type { Range } from '../diagnostic.ts';

type Library = typeof import('yaml');
export type Span = readonly [from: number, to: number];

/** Something that keeps a text from being read as YAML, by the rule that it breaks. */
export interface SyntaxProblem {
  readonly rule: 'alias-bomb' | 'duplicate-key' | 'several-documents' | 'syntax' | 'too-deep';
  readonly message: string;
  readonly range: Range;
  readonly hint?: string;
}

type Place = (from: number, to: number) => Range;

const hints: Readonly<Record<string, string>> = {
  TAB_AS_INDENT: 'Use spaces.',
  BLOCK_AS_IMPLICIT_KEY: 'A text with a colon and a space goes in quotes.',
  BAD_SCALAR_START: 'Put the value in quotes.',
  TAG_RESOLVE_FAILED: 'Remove the tag: a manifest holds texts, numbers, true and false only.',
};

/** Everything wrong with one document of a text; the parser's own problems once a line, for one leads to others. */
export function problemsOf(yaml: Library, document: Document.Parsed, index: number, place: Place): SyntaxProblem[] {
  const problems = [...oneALine(yaml, document, place), ...keyProblems(yaml, document, place)];
  if (index !== 1) return problems;
  const start = document.range[0];
  const message = 'a second document starts here; only one is read';
  return [{ rule: 'several-documents', message, range: place(start, start + 1) }, ...problems];
}

function oneALine(yaml: Library, document: Document.Parsed, place: Place): SyntaxProblem[] {
  const lines = new Map<number, SyntaxProblem>();
  for (const { message, pos, code } of [...document.errors, ...document.warnings]) {
    const range = place(...(code === 'MISSING_CHAR' ? openedBefore(yaml, document, pos) : pos));
    if (lines.has(range.start.line)) continue;
    const hint = hints[code];
    lines.set(range.start.line, {
      rule: 'syntax',
      message: sentence(message),
      range,
      ...(hint === undefined ? {} : { hint }),
    });
  }
  return [...lines.values()];
}

/** Where a quote is never closed, the end of the text is to blame for nothing: its start is the place. */
function openedBefore(yaml: Library, document: Document.Parsed, pos: [number, number]): [number, number] {
  let found = pos;
  yaml.visit(document, {
    Scalar: (_, { type, range }) => {
      if (type?.startsWith('QUOTE_') && range && range[0] < pos[0] && range[1] >= pos[0])
        found = [range[0], range[0] + 1];
    },
  });
  return found;
}

function keyProblems(yaml: Library, document: Document.Parsed, place: Place): SyntaxProblem[] {
  const problems: SyntaxProblem[] = [];
  const of = (node: { range?: readonly number[] | null | undefined }) =>
    place(node.range?.[0] ?? 0, node.range?.[1] ?? 0);
  yaml.visit(document, {
    Map: (_, { items }) => {
      const keys = new Map<string, Node>();
      for (const { key } of items) {
        if (!yaml.isScalar(key)) continue;
        if (key.value === '__proto__')
          problems.push({ rule: 'syntax', message: 'the key __proto__ is not read', range: of(key) });
        const first = keys.get(String(key.value));
        if (first === undefined) keys.set(String(key.value), key);
        else {
          const message = `the key ${key.value} stands twice; first in line ${of(first).start.line}`;
          problems.push({ rule: 'duplicate-key', message, range: of(key), hint: 'Remove one of the two.' });
        }
      }
    },
    Alias: (_, alias) => {
      if (alias.resolve(document) !== undefined) return;
      problems.push({ rule: 'syntax', message: `nothing before here is called &${alias.source}`, range: of(alias) });
    },
  });
  return problems;
}

// All that YAML calls printable; other readers refuse the whole text for one character of these.
const forbidden = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u0084\u0086-\u009f\ufffe\uffff]/;

/** The first character that YAML forbids; the parser takes it for text. */
export function controlCharacters(text: string, place: Place): SyntaxProblem[] {
  const found = forbidden.exec(text);
  if (found === null) return [];
  const code = found[0].charCodeAt(0).toString(16).toUpperCase().padStart(4, '0');
  const message = `the character U+${code} is not allowed in YAML`;
  const range = place(found.index, found.index + 1);
  return [{ rule: 'syntax', message, range, hint: `Remove it, or write it as "\\u${code}" in double quotes.` }];
}

function sentence(message: string): string {
  const line = message.split('\n')[0] ?? message;
  return line.charAt(0).toLowerCase() + line.slice(1);
}
