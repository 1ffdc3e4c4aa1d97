import type { Document, Node } from 'yaml';
import type { Range } from '../diagnostic.ts';

type Library = typeof import('yaml');
export type Span = readonly [from: number, to: number];

/** A problem that the YAML parser reports, with its rule. */
export interface SyntaxProblem {
  readonly rule: 'alias-bomb' | 'duplicate-key' | 'several-documents' | 'syntax' | 'too-deep';
  readonly message: string;
  readonly range: Range;
  readonly hint?: string;
}

type Place = (from: number, to: number) => Range;

const hints: Readonly<Record<string, string>> = {
  TAB_AS_INDENT: 'Use spaces.',
  BLOCK_AS_IMPLICIT_KEY: 'Put a string that contains a colon and a space in quotes.',
  BAD_SCALAR_START: 'Put the value in quotes.',
  TAG_RESOLVE_FAILED: 'Remove the tag: a manifest has no tags.',
};

/** The problems of one document of a text. Of the parser's errors, one per line: the first often causes the others. */
export function problemsOf(yaml: Library, document: Document.Parsed, index: number, place: Place): SyntaxProblem[] {
  const problems = [...onePerLine(yaml, document, place), ...keyProblems(yaml, document, place)];
  if (index !== 1) return problems;
  const start = document.range[0];
  const message = 'a second document starts here, but a manifest is one document';
  const hint = 'Remove the second document.';
  return [{ rule: 'several-documents', message, range: place(start, start + 1), hint }, ...problems];
}

function onePerLine(yaml: Library, document: Document.Parsed, place: Place): SyntaxProblem[] {
  const lines = new Map<number, SyntaxProblem>();
  for (const { message, pos, code } of [...document.errors, ...document.warnings]) {
    const range = place(...(code === 'MISSING_CHAR' ? openingQuote(yaml, document, pos) : pos));
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

/** For a quote that is never closed, the parser reports the end of the text; this finds the opening quote. */
function openingQuote(yaml: Library, document: Document.Parsed, pos: [number, number]): [number, number] {
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
          problems.push({ rule: 'syntax', message: 'the key __proto__ is not allowed', range: of(key) });
        const first = keys.get(String(key.value));
        if (first === undefined) keys.set(String(key.value), key);
        else {
          const message = `duplicate key ${key.value}, first defined on line ${of(first).start.line}`;
          problems.push({ rule: 'duplicate-key', message, range: of(key), hint: 'Remove one of the two.' });
        }
      }
    },
    Alias: (_, alias) => {
      if (alias.resolve(document) !== undefined) return;
      problems.push({
        rule: 'syntax',
        message: `there is no anchor &${alias.source} before this alias`,
        range: of(alias),
      });
    },
  });
  return problems;
}

// Characters that YAML forbids. Other parsers refuse a text that contains one of them.
const forbidden = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u0084\u0086-\u009f\ufffe\uffff]/;

/** The first character that YAML forbids. The parser accepts these, so they are checked here. */
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
