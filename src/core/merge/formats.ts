import { hunksOf } from './hunks.ts';

type Kind = 'indented' | 'braced';

/** File extensions with known formatters. Indentation is significant in `indented` languages. */
const kinds: Readonly<Record<string, Kind>> = {
  ...{ py: 'indented' },
  ...{ ts: 'braced', tsx: 'braced', js: 'braced', mjs: 'braced', cjs: 'braced', json: 'braced', css: 'braced' },
};

/**
 * Whether two texts of a program differ only in what a formatter decides: line breaks, indentation, the kind of quotes,
 * trailing commas.
 */
export function sameButForFormat(path: string, a: string, b: string): boolean {
  const kind = kindOf(path);
  if (kind === undefined || frameOf(a) !== frameOf(b)) return false;
  const [left, right] = [tokensOf(a, kind), tokensOf(b, kind)];
  return left.length === right.length && left.every((token, at) => token === right[at]);
}

/** A line in a form that does not depend on formatting; `undefined` for a file without a known formatter. */
export function lineWithoutFormat(path: string, line: string): string | undefined {
  const kind = kindOf(path);
  if (kind === undefined) return undefined;
  const tokens = tokensOf(line, kind);
  if (tokens.at(-1) === ',') tokens.pop();
  return `${kind === 'indented' ? /^\s*/.exec(line)?.[0] : ''}${tokens.join(' ')}`;
}

function kindOf(path: string): Kind | undefined {
  return kinds[path.slice(path.lastIndexOf('.') + 1)];
}

/** Whether the text has a byte order mark and a final line feed, which do not count as formatting. */
function frameOf(text: string): string {
  return [text.startsWith('\ufeff'), text.endsWith('\n')].join();
}

const rules: Readonly<Record<Kind, RegExp>> = {
  braced:
    /(?<comment>\/\/[^\n]*|\/\*[\s\S]*?\*\/)|(?<text>"(?:[^"\\\n]|\\[\s\S])*"|'(?:[^'\\\n]|\\[\s\S])*')|(?<raw>`(?:[^`\\]|\\[\s\S])*`)|(?<space>\s+)|(?<word>[\p{L}\p{N}_$]+)|(?<sign>[\s\S])/gu,
  indented:
    /(?<comment>#[^\n]*)|(?<raw>"""(?:[^\\]|\\[\s\S])*?"""|'''(?:[^\\]|\\[\s\S])*?''')|(?<text>"(?:[^"\\\n]|\\[\s\S])*"|'(?:[^'\\\n]|\\[\s\S])*')|(?<space>\s+)|(?<word>[\p{L}\p{N}_]+)|(?<sign>[\s\S])/gu,
};

/** The tokens of a text, without what depends on its format. */
function tokensOf(text: string, kind: Kind): string[] {
  const tokens: string[] = [];
  // For each open bracket, whether it only groups the names of an import.
  const open: boolean[] = [];
  for (const { groups = {} } of text.replaceAll('\r\n', '\n').trim().matchAll(rules[kind])) {
    const { comment, text: quoted, raw, space, word, sign = '' } = groups;
    if (space !== undefined) {
      if (space.includes('\n') && tokens.at(-1) === ',') tokens[tokens.length - 1] = ',\n';
      if (kind === 'indented' && open.length === 0 && space.includes('\n')) tokens.push(lineBreak(space));
      continue;
    }
    if (')]}'.includes(sign) && sign !== '') {
      if (tokens.at(-1) === ',\n') tokens.pop();
      if (open.pop() === true) continue;
    } else if ('([{'.includes(sign) && sign !== '') {
      open.push(kind === 'indented' && sign === '(' && tokens.at(-1) === 'import');
      if (open.at(-1) === true) continue;
    }
    if (tokens.at(-1) === ',\n') tokens[tokens.length - 1] = ',';
    tokens.push(comment?.trimEnd() ?? raw ?? word ?? (quoted === undefined ? sign : withDoubleQuotes(quoted)));
  }
  return tokens;
}

/** Ignores blank lines; the indentation of the next line is significant. */
function lineBreak(space: string): string {
  return `\n${space.slice(space.lastIndexOf('\n') + 1)}`;
}

function withDoubleQuotes(quoted: string): string {
  const inside = quoted.slice(1, -1);
  return /["'\\]/.test(inside) ? quoted : `"${inside}"`;
}

/**
 * Applies the format of `model` to a text: passages that differ only in format are taken from `model`. `undefined` for a
 * file without a known formatter, and for texts that are too long to compare.
 */
export function inFormatOf(path: string, model: string, text: string): string | undefined {
  if (lineWithoutFormat(path, '') === undefined) return undefined;
  const [from, to] = [linesOf(text), linesOf(model)];
  const bare = (lines: readonly string[]) => lines.map((line) => lineWithoutFormat(path, line) ?? line);
  const hunks = hunksOf(bare(from), bare(to));
  if (hunks === undefined) return undefined;
  const lines: string[] = [];
  let next = 0;
  for (const { at, size, toAt, toSize } of hunks) {
    // Also compares the next line, because a comma before a closing bracket is formatting.
    const [own, others] = [from.slice(at, at + size + 1), to.slice(toAt, toAt + toSize + 1)];
    const isSame =
      // The end of a text is not the same as an empty line.
      (own.length === 0) === (others.length === 0) &&
      indentOf(own) === indentOf(others) &&
      sameButForFormat(path, own.join('\n'), others.join('\n'));
    lines.push(...to.slice(next, toAt), ...(isSame ? to.slice(toAt, toAt + toSize) : from.slice(at, at + size)));
    next = toAt + toSize;
  }
  return [...lines, ...to.slice(next)].join('\n');
}

/** Ignores line endings, which are merged separately. */
function linesOf(text: string): string[] {
  return text.replaceAll('\r\n', '\n').split('\n');
}

/** The indentation of the first line. */
function indentOf([first = '']: readonly string[]): string {
  return /^\s*/.exec(first)?.[0] ?? '';
}
