import type { PlainLine } from './plain-yaml-value.ts';

const code = (char: string) => char.charCodeAt(0);
const [space, lineFeed, dash, hash, colon, quote, backslash] = [...' \n-#:"\\'].map(code) as [
  number,
  number,
  number,
  number,
  number,
  number,
  number,
];

/**
 * Reads a line of the kinds that tools write most, character by character: a text in quotes, a whole number, a key, a
 * comment. Adds what it says to `lines`; the result is where the next line begins, or `undefined` for another kind.
 */
export function readCommonLine(text: string, start: number, lines: PlainLine[]): number | undefined {
  let at = start;
  while (text.charCodeAt(at) === space) at += 1;
  const indent = at - start;
  const first = text.charCodeAt(at);
  if (first === lineFeed) return at + 1;
  if (first === hash) return after(text, printableEnd(text, at));
  let key: string | undefined;
  if (first === dash) at += 1;
  else {
    const end = keyEnd(text, at);
    if (text.charCodeAt(end) !== colon) return undefined;
    key = text.slice(at, end);
    if (key.length === 4 && key.toLowerCase() === 'null') return undefined;
    at = end + 1;
    if (text.charCodeAt(at) === lineFeed) {
      lines.push({ indent, key, value: '' });
      return at + 1;
    }
  }
  if (text.charCodeAt(at) !== space) return undefined;
  const end = valueEnd(text, at + 1);
  const next = end === undefined ? undefined : after(text, end);
  if (next !== undefined) lines.push({ indent, key, value: text.slice(at + 1, end) });
  return next;
}

function after(text: string, end: number): number | undefined {
  return text.charCodeAt(end) === lineFeed ? end + 1 : undefined;
}

/** The end of a key of letters, digits and _ that begins with a letter; `from` where there is none. */
function keyEnd(text: string, from: number): number {
  if (!isLetter(text.charCodeAt(from))) return from;
  let at = from + 1;
  for (let next = text.charCodeAt(at); isLetter(next) || isDigit(next) || next === 0x5f; next = text.charCodeAt(at))
    at += 1;
  return at;
}

function valueEnd(text: string, from: number): number | undefined {
  const first = text.charCodeAt(from);
  if (first === quote) {
    const end = printableEnd(text, from + 1, quote);
    return text.charCodeAt(end) === quote ? end + 1 : undefined;
  }
  if (isDigit(first) && first !== 0x30) {
    let at = from + 1;
    while (at - from < 15 && isDigit(text.charCodeAt(at))) at += 1;
    return at;
  }
  const word = ['[]', '{}', 'true', 'false'].find((one) => text.startsWith(one, from));
  return word === undefined ? undefined : from + word.length;
}

/** Where printable ASCII ends; where `mark` or a backslash stands, if there is a mark. */
function printableEnd(text: string, from: number, mark?: number): number {
  let at = from;
  for (;;) {
    const char = text.charCodeAt(at);
    if (!(char >= 0x20 && char <= 0x7e) || (mark !== undefined && (char === mark || char === backslash))) return at;
    at += 1;
  }
}

const isDigit = (char: number) => char >= 0x30 && char <= 0x39;
export const isLetter = (char: number) => (char >= 0x41 && char <= 0x5a) || (char >= 0x61 && char <= 0x7a);
