import { RE2JS } from 're2js';

/**
 * The regular expressions that a type may have: what JavaScript (flag `u`), RE2 in the Node runtime and the Rust library
 * behind Pydantic read the same way. `\d`, `\w` and `\s` are ASCII, and `.` is everything but a line feed: they are printed as classes.
 */
export type Pattern =
  | { readonly kind: 'characters'; readonly ranges: readonly Range[]; readonly isNegated: boolean }
  | { readonly kind: 'start' }
  | { readonly kind: 'end' }
  | { readonly kind: 'sequence'; readonly parts: readonly Pattern[] }
  | { readonly kind: 'choice'; readonly options: readonly Pattern[] }
  /** `most` is infinite without an upper limit. */
  | { readonly kind: 'repeat'; readonly part: Pattern; readonly least: number; readonly most: number };

/** Code points, both included. */
export type Range = readonly [from: number, to: number];

export const controls: Readonly<Record<string, string>> = { t: '\t', n: '\n', r: '\r', f: '\f', v: '\v' };

/** The number of code points. */
export function lengthOf(text: string): number {
  let length = 0;
  for (const _ of text) length += 1;
  return length;
}

export const code = (text: string): number => text.codePointAt(0) ?? 0;

/** The pattern in the form that JavaScript (flag `u`) and Rust read the same way. */
export function printPattern(pattern: Pattern): string {
  switch (pattern.kind) {
    case 'start':
      return '^';
    case 'end':
      return '$';
    case 'characters':
      return printCharacters(pattern.ranges, pattern.isNegated);
    case 'choice':
      return pattern.options.map(printPattern).join('|');
    case 'sequence':
      return pattern.parts
        .map((part) => (part.kind === 'choice' ? `(?:${printPattern(part)})` : printPattern(part)))
        .join('');
    case 'repeat': {
      // Linters take ${2} in a string for a template.
      const inner = printPattern(pattern.part).replace(/^\\\$$/, '[$]');
      return `${pattern.part.kind === 'characters' ? inner : `(?:${inner})`}${printCounts(pattern.least, pattern.most)}`;
    }
  }
}

function printCounts(least: number, most: number): string {
  if (most === Number.POSITIVE_INFINITY) return least === 0 ? '*' : least === 1 ? '+' : `{${least},}`;
  if (least === 0 && most === 1) return '?';
  return least === most ? `{${least}}` : `{${least},${most}}`;
}

function printCharacters(ranges: readonly Range[], isNegated: boolean): string {
  const [[from, to]] = ranges as readonly [Range];
  if (ranges.length === 1 && from === to && !isNegated) return printCharacter(from, '^$\\.*+?()[]{}|');
  const items = ranges.map(([first, last]) => {
    const start = printCharacter(first, '\\[]^-&~');
    return first === last ? start : `${start}-${printCharacter(last, '\\[]^-&~')}`;
  });
  return `[${isNegated ? '^' : ''}${items.join('')}]`;
}

function printCharacter(point: number, escaped: string): string {
  const char = String.fromCodePoint(point);
  const control = Object.keys(controls).find((name) => controls[name] === char);
  if (control !== undefined) return `\\${control}`;
  // Rust gives && and ~~ in a class a meaning, and JavaScript does not let them be escaped.
  if (char === '&' || char === '~') return escaped.includes(char) ? `\\x${point.toString(16)}` : char;
  if (escaped.includes(char)) return `\\${char}`;
  if (/[\p{L}\p{N}\p{P}\p{S} ]/u.test(char)) return char;
  return point > 0xffff ? `\\u{${point.toString(16)}}` : `\\u${point.toString(16).padStart(4, '0')}`;
}

/** Compiles a printed pattern as the Node runtime does: JavaScript's own engine can take hours for a text. */
export function compilePattern(printed: string): RE2JS {
  return RE2JS.compile(RE2JS.translateRegExp(printed));
}

/**
 * A short text that matches, unless anchors contradict each other. It has at least `wanted` characters, or as many
 * as the pattern allows.
 */
export function textMatching(pattern: Pattern, wanted = 0): string {
  switch (pattern.kind) {
    case 'start':
    case 'end':
      return '';
    case 'characters':
      return characterOf(pattern.ranges, pattern.isNegated);
    case 'choice': {
      const texts = pattern.options.map((option) => textMatching(option, wanted));
      const longest = texts.reduce((one, other) => (lengthOf(other) > lengthOf(one) ? other : one));
      return texts.find((text) => lengthOf(text) >= wanted) ?? longest;
    }
    case 'sequence': {
      const shortest = pattern.parts.map((part) => textMatching(part));
      let missing = wanted - lengthOf(shortest.join(''));
      return pattern.parts
        .map((part, index) => {
          const least = shortest[index] as string;
          const text = missing <= 0 ? least : textMatching(part, lengthOf(least) + missing);
          missing -= lengthOf(text) - lengthOf(least);
          return text;
        })
        .join('');
    }
    case 'repeat': {
      const { part, least, most } = pattern;
      const times = (text: string) => Math.min(most, Math.max(least, Math.ceil(wanted / (lengthOf(text) || 1))));
      const shortest = textMatching(part);
      const isEnough = lengthOf(shortest) * times(shortest) >= wanted;
      const text = isEnough || most === 0 ? shortest : textMatching(part, Math.ceil(wanted / times(shortest)));
      return text.repeat(times(text));
    }
  }
}

function characterOf(ranges: readonly Range[], isNegated: boolean): string {
  const fits = (point: number): boolean => ranges.some(([from, to]) => from <= point && point <= to) !== isNegated;
  const friendly = [...'aA1 -'].map(code).find(fits);
  if (friendly !== undefined) return String.fromCodePoint(friendly);
  if (!isNegated) return String.fromCodePoint((ranges[0] as Range)[0]);
  for (let point = 0x21; point < 0xd800; point += 1) if (fits(point)) return String.fromCodePoint(point);
  return '';
}
