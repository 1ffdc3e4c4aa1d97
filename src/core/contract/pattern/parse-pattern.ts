import { code, controls, type Pattern, type Range } from './pattern.ts';

export type ParsedPattern =
  | { readonly ok: true; readonly pattern: Pattern }
  /** The reason continues a sentence: `pattern …`. */
  | { readonly ok: false; readonly reason: string };

/**
 * When its repetitions are written out. It is the limit of RE2 for nested repetitions, and bounds the time for a text.
 * Rust limits the memory for all ranges.
 */
const maxSize = 1_000;
const maxRanges = 20_000;
const maxDepth = 20;

const range = (text: string): Range => [code(text), code([...text].at(-1) ?? '')];
const shorthands: Readonly<Record<string, readonly Range[]>> = {
  d: [range('09')],
  w: [range('AZ'), range('az'), range('09'), range('_')],
  s: [range('\t\r'), range(' ')],
};
const syntax = new Set('^$\\.*+?()[]{}|/');

class PatternError extends Error {}

export function parsePattern(text: string): ParsedPattern {
  const parser = new PatternParser(text);
  try {
    const pattern = parser.parse();
    if (sizeOf(pattern, () => 1) > maxSize)
      return { ok: false, reason: `is too long: at most ${maxSize} characters when its repetitions are written out` };
    if (sizeOf(pattern, ({ ranges }) => ranges.length) > maxRanges)
      return { ok: false, reason: `has too many ranges: at most ${maxRanges} when its repetitions are written out` };
    return { ok: true, pattern };
  } catch (error) {
    if (error instanceof PatternError) return { ok: false, reason: error.message };
    throw error;
  }
}

class PatternParser {
  readonly #chars: readonly string[];
  #at = 0;
  #depth = 0;

  constructor(text: string) {
    this.#chars = [...text];
  }

  parse(): Pattern {
    const pattern = this.#choice();
    if (this.#at < this.#chars.length) this.#fail('has a ) without (');
    return pattern;
  }

  #fail(reason: string): never {
    throw new PatternError(`${reason}, at character ${this.#at + 1}`);
  }

  #peek(ahead = 0): string | undefined {
    return this.#chars[this.#at + ahead];
  }

  #skip(text: string): boolean {
    if (![...text].every((char, index) => this.#peek(index) === char)) return false;
    this.#at += [...text].length;
    return true;
  }

  #choice(): Pattern {
    const options = [this.#sequence()];
    while (this.#skip('|')) options.push(this.#sequence());
    return options.length === 1 ? (options[0] as Pattern) : { kind: 'choice', options };
  }

  #sequence(): Pattern {
    const parts: Pattern[] = [];
    for (let next = this.#peek(); next !== undefined && next !== '|' && next !== ')'; next = this.#peek())
      parts.push(this.#repeated());
    return parts.length === 1 ? (parts[0] as Pattern) : { kind: 'sequence', parts };
  }

  #repeated(): Pattern {
    const part = this.#atom();
    const times = this.#quantifier();
    if (times === undefined) return part;
    if (part.kind === 'start' || part.kind === 'end') this.#fail('repeats an anchor');
    if (this.#quantifier() !== undefined) this.#fail('has two quantifiers in a row');
    return { kind: 'repeat', part, ...times };
  }

  #quantifier(): { least: number; most: number } | undefined {
    let found: { least: number; most: number } | undefined;
    if (this.#skip('*')) found = { least: 0, most: Number.POSITIVE_INFINITY };
    else if (this.#skip('+')) found = { least: 1, most: Number.POSITIVE_INFINITY };
    else if (this.#skip('?')) found = { least: 0, most: 1 };
    else if (this.#peek() === '{') found = this.#counts();
    // Lazy or not makes no difference to whether a text matches.
    if (found !== undefined) this.#skip('?');
    return found;
  }

  #counts(): { least: number; most: number } {
    const text = this.#chars.slice(this.#at).join('');
    const match = /^\{(\d{1,9})(,(\d{1,9})?)?\}/.exec(text);
    if (match === null) this.#fail('has a { that is not a quantifier: write \\{');
    const least = Number(match[1]);
    const most = match[2] === undefined ? least : match[3] === undefined ? Number.POSITIVE_INFINITY : Number(match[3]);
    if (most < least) this.#fail(`has the quantifier ${match[0]}, whose limits are in the wrong order`);
    if (least > maxSize || (most > maxSize && most !== Number.POSITIVE_INFINITY))
      this.#fail(`repeats more than ${maxSize} times: use minLength and maxLength`);
    this.#at += match[0].length;
    return { least, most };
  }

  #atom(): Pattern {
    const char = this.#peek() as string;
    if (this.#skip('^')) return { kind: 'start' };
    if (this.#skip('$')) return { kind: 'end' };
    if (this.#skip('.')) return { kind: 'characters', ranges: [range('\n')], isNegated: true };
    if (this.#skip('(')) return this.#group();
    if (this.#skip('[')) return this.#class();
    if (char === '\\') return this.#escape();
    if ('*+?{'.includes(char)) this.#fail(`has nothing to repeat before ${char}`);
    if ('}]'.includes(char)) this.#fail(`has a ${char} of its own: write \\${char}`);
    return { kind: 'characters', ranges: [range(this.#character())], isNegated: false };
  }

  #group(): Pattern {
    this.#depth += 1;
    if (this.#depth > maxDepth) this.#fail(`has more than ${maxDepth} groups in each other`);
    if (this.#peek() === '?' && !this.#skip('?:'))
      this.#fail('has a group with ?: only (?:…) is supported, no look-around, no flags, no names');
    const inner = this.#choice();
    if (!this.#skip(')')) this.#fail('has a ( without )');
    this.#depth -= 1;
    // A group of one part needs no brackets of its own, unless it is repeated, which `printPattern` sees.
    return inner;
  }

  #escape(): Pattern {
    const name = this.#peek(1);
    const lower = name?.toLowerCase() ?? '';
    const ranges = shorthands[lower];
    if (ranges !== undefined) {
      this.#at += 2;
      return { kind: 'characters', ranges, isNegated: name !== lower };
    }
    return { kind: 'characters', ranges: [range(this.#character())], isNegated: false };
  }

  #class(): Pattern {
    const isNegated = this.#skip('^');
    const ranges: Range[] = [];
    while (!this.#skip(']')) {
      if (this.#peek() === undefined) this.#fail('has a [ without ]');
      const name = this.#peek() === '\\' ? (this.#peek(1) ?? '') : '';
      const shorthand = shorthands[name];
      if (shorthand !== undefined) {
        this.#at += 2;
        ranges.push(...shorthand);
        if (this.#peek() === '-' && this.#peek(1) !== ']') this.#fail(`has a range from \\${name}`);
        continue;
      }
      if (shorthands[name.toLowerCase()] !== undefined) this.#fail(`has \\${name} inside [ ]`);
      const from = code(this.#character('class'));
      if (this.#peek() !== '-' || this.#peek(1) === ']') {
        ranges.push([from, from]);
        continue;
      }
      this.#at += 1;
      if (this.#peek() === '\\' && shorthands[(this.#peek(1) ?? '').toLowerCase()] !== undefined)
        this.#fail(`has a range to \\${this.#peek(1)}`);
      const to = code(this.#character('class'));
      if (to < from) this.#fail('has a range in the wrong order');
      ranges.push([from, to]);
    }
    if (ranges.length === 0) this.#fail('has an empty class [ ]');
    return { kind: 'characters', ranges, isNegated };
  }

  /** One character, which may be escaped. */
  #character(place: 'class' | 'text' = 'text'): string {
    const char = this.#peek();
    if (char === undefined) this.#fail('has a [ without ]');
    if (char !== '\\') {
      if (place === 'class' && char === '[') this.#fail('has a [ inside [ ]: write \\[');
      this.#at += 1;
      return this.#visible(char);
    }
    const next = this.#peek(1);
    if (next === undefined) this.#fail('ends with \\');
    const hex = /^\\(?:x([0-9A-Fa-f]{2})|u([0-9A-Fa-f]{4})|u\{([0-9A-Fa-f]{1,6})\})/.exec(
      this.#chars.slice(this.#at, this.#at + 10).join(''),
    );
    if (hex !== null) {
      const point = Number.parseInt(hex[1] ?? hex[2] ?? hex[3] ?? '', 16);
      if (point > 0x10ffff) this.#fail(`has ${hex[0]}, which is not a character`);
      const named = this.#visible(String.fromCodePoint(point));
      this.#at += hex[0].length;
      return named;
    }
    const control = controls[next];
    if (control === undefined && !syntax.has(next) && !(place === 'class' && next === '-'))
      this.#fail(`has \\${next}, which JavaScript and Rust do not both support`);
    this.#at += 2;
    return control ?? next;
  }

  #visible(char: string): string {
    if (/\p{Surrogate}/u.test(char)) this.#fail('has half of a character');
    if (/[\0-\x08\x0e-\x1f\x7f-\x9f]/.test(char)) this.#fail('has a control character');
    return char;
  }
}

function sizeOf(pattern: Pattern, weightOf: (characters: Extract<Pattern, { kind: 'characters' }>) => number): number {
  const sum = (parts: readonly Pattern[]) => parts.reduce((size, part) => size + sizeOf(part, weightOf), 0);
  switch (pattern.kind) {
    case 'characters':
      return weightOf(pattern);
    case 'sequence':
      return sum(pattern.parts);
    case 'choice':
      return sum(pattern.options);
    case 'repeat': {
      // What is repeated 0 times is read all the same.
      const times = Math.max(1, pattern.most === Number.POSITIVE_INFINITY ? pattern.least : pattern.most);
      return Math.max(1, sizeOf(pattern.part, weightOf)) * times;
    }
    default:
      return 0;
  }
}
