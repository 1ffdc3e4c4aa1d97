import { hunksOf } from './hunks.ts';

type Kind = 'indented' | 'braced';

/** Endings of files whose formatters are known; in the first, how far a line stands in says something. */
const kinds: Readonly<Record<string, Kind>> = {
  ...{ py: 'indented' },
  ...{ ts: 'braced', tsx: 'braced', js: 'braced', mjs: 'braced', cjs: 'braced', json: 'braced', css: 'braced' },
};

/**
 * Whether two texts of a program differ in nothing that a formatter decides: where lines break and how far they stand
 * in, which quotes a text is in, a comma before a bracket that closes on a line of its own.
 */
export function sameButForFormat(path: string, a: string, b: string): boolean {
  const kind = kindOf(path);
  if (kind === undefined || frameOf(a) !== frameOf(b)) return false;
  const [left, right] = [tokensOf(a, kind), tokensOf(b, kind)];
  return left.length === right.length && left.every((token, at) => token === right[at]);
}

/** What one line says, whichever way it is formatted; `undefined` for a file whose formatters are not known. */
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

/** Byte order mark and final line feed: merging keeps them as they are. */
function frameOf(text: string): string {
  return [text.startsWith('\ufeff'), text.endsWith('\n')].join();
}

const rules: Readonly<Record<Kind, RegExp>> = {
  braced:
    /(?<comment>\/\/[^\n]*|\/\*[\s\S]*?\*\/)|(?<text>"(?:[^"\\\n]|\\[\s\S])*"|'(?:[^'\\\n]|\\[\s\S])*')|(?<raw>`(?:[^`\\]|\\[\s\S])*`)|(?<space>\s+)|(?<word>[\p{L}\p{N}_$]+)|(?<sign>[\s\S])/gu,
  indented:
    /(?<comment>#[^\n]*)|(?<raw>"""(?:[^\\]|\\[\s\S])*?"""|'''(?:[^\\]|\\[\s\S])*?''')|(?<text>"(?:[^"\\\n]|\\[\s\S])*"|'(?:[^'\\\n]|\\[\s\S])*')|(?<space>\s+)|(?<word>[\p{L}\p{N}_]+)|(?<sign>[\s\S])/gu,
};

/** What is left of a text when its format is taken away. */
function tokensOf(text: string, kind: Kind): string[] {
  const tokens: string[] = [];
  // The brackets that are open; whether each is one that only holds the names of an import together.
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
    tokens.push(comment?.trimEnd() ?? raw ?? word ?? (quoted === undefined ? sign : inOneKindOfQuotes(quoted)));
  }
  return tokens;
}

/** Blank lines say nothing; how far the next line stands in does. */
function lineBreak(space: string): string {
  return `\n${space.slice(space.lastIndexOf('\n') + 1)}`;
}

function inOneKindOfQuotes(quoted: string): string {
  const inside = quoted.slice(1, -1);
  return /["'\\]/.test(inside) ? quoted : `"${inside}"`;
}

/**
 * A text in the format of another one: where both say the same, it is as in the other; the rest stays. `undefined` for
 * a kind of file whose formatters are not known, and for texts that are too long to compare.
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
    // With the line behind it: before a bracket that closes, a comma says nothing.
    const [own, others] = [from.slice(at, at + size + 1), to.slice(toAt, toAt + toSize + 1)];
    const isSame = indentOf(own) === indentOf(others) && sameButForFormat(path, own.join('\n'), others.join('\n'));
    lines.push(...to.slice(next, toAt), ...(isSame ? to.slice(toAt, toAt + toSize) : from.slice(at, at + size)));
    next = toAt + toSize;
  }
  return [...lines, ...to.slice(next)].join('\n');
}

/** Line endings are no format here: merging keeps them. */
function linesOf(text: string): string[] {
  return text.replaceAll('\r\n', '\n').split('\n');
}

/** How far a first line stands in. */
function indentOf([first = '']: readonly string[]): string {
  return /^\s*/.exec(first)?.[0] ?? '';
}
