/**
 * The regular expressions that a type may have: what JavaScript (flag `u`) and the Rust library behind Pydantic read the
 * same way. `\d`, `\w` and `\s` are ASCII, and `.` is everything but a line feed: they are printed as classes.
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

/** Whether a text contains a match. */
export function patternRegExp(printed: string): RegExp {
  return new RegExp(printed, 'u');
}

/**
 * A short text that matches, or `undefined` if the anchors contradict each other. `extra` adds repetitions where the
 * pattern allows them.
 */
export function textMatching(pattern: Pattern, extra = 0): string {
  switch (pattern.kind) {
    case 'start':
    case 'end':
      return '';
    case 'characters':
      return characterOf(pattern.ranges, pattern.isNegated);
    case 'choice':
      return textMatching(pattern.options[0] as Pattern, extra);
    case 'sequence':
      return pattern.parts.map((part) => textMatching(part, extra)).join('');
    case 'repeat':
      return textMatching(pattern.part, extra).repeat(Math.min(pattern.most, pattern.least + extra));
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
