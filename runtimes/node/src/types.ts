/**
 * What `schemas.ts` of a module imports: zod, and texts whose limits are the same in every language.
 */
import { RE2JS } from 're2js';
import { z } from 'zod';

export { z };

/** What a text must be: lengths in code points, a regular expression, a format. */
export interface TextLimits {
  /** Lengths count code points; those of zod count UTF-16 units. */
  readonly minLength?: number;
  readonly maxLength?: number;
  /** A regular expression that matches a part of the text: one of RE2, which has no look-around and no \\1. */
  readonly pattern?: string;
  readonly format?: Format;
}

export type Format = 'date' | 'date-time' | 'uuid' | 'email' | 'uri';

// The same expressions as in the Python runtime.
const MONTH_AND_DAY = [
  '(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])',
  '(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)',
  '02-(?:0[1-9]|1[0-9]|2[0-8])',
].join('|');
const LEAP_YEAR = '(?:[0-9]{2}(?:0[48]|[2468][048]|[13579][26])|(?:[02468][048]|[13579][26])00)';
const DATE = `(?!0000)(?:[0-9]{4}-(?:${MONTH_AND_DAY})|${LEAP_YEAR}-02-29)`;
const TIME = '(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\\.[0-9]{1,9})?';
const OFFSET = '(?:Z|[+-](?:[01][0-9]|2[0-3]):[0-5][0-9])';
const LABEL = '[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?';

/** The expression that the whole text matches, and what the text must be. */
const FORMATS: Readonly<Record<Format, readonly [pattern: string, noun: string]>> = {
  date: [DATE, 'a date, like 2026-01-31'],
  'date-time': [`${DATE}T${TIME}${OFFSET}`, 'a date and time with its offset, like 2026-01-31T12:00:00Z'],
  uuid: ['[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}', 'a UUID'],
  email: [`[A-Za-z0-9.!#$%&'*+/=?^_\`{|}~-]+@${LABEL}(?:\\.${LABEL})+`, 'an email address'],
  uri: ["[A-Za-z][A-Za-z0-9+.-]*:(?:[A-Za-z0-9._~:/?#\\[\\]@!$&'()*+,;=-]|%[0-9A-Fa-f]{2})+", 'a URI'],
};

/** A string with limits. */
export function text(limits: TextLimits): z.ZodString {
  const problemOf = textCheck(limits);
  return z.string().check(({ value, issues }) => {
    const problem = problemOf(value);
    if (problem !== undefined) {
      const [type, message] = problem;
      issues.push({ code: 'custom', input: value, message, params: { type } });
    }
  });
}

/** What zod says about a value that is no number: it does not know that an integer is expected. */
export const NOT_AN_INTEGER = 'must be an integer';

/** An integer within ±(2^53 - 1). */
export function integer(): z.ZodInt {
  return z.int({ error: NOT_AN_INTEGER });
}

function textCheck({ minLength = 0, maxLength = Number.POSITIVE_INFINITY, pattern, format }: TextLimits) {
  const expression = pattern === undefined ? undefined : compilePattern(pattern);
  const [wanted, noun] = format === undefined ? [] : FORMATS[format];
  const whole = wanted === undefined ? undefined : new RegExp(`^(?:${wanted})$`, 'u');
  return (value: string): [type: string, message: string] | undefined => {
    if (whole?.test(value) === false) return ['format', `must be ${noun}`];
    const length = lengthOf(value);
    if (length < minLength) return ['too_short', `must have at least ${characters(minLength)}`];
    if (length > maxLength) return ['too_long', `must have at most ${characters(maxLength)}`];
    return expression?.test(value) === false ? ['pattern', `must match ${pattern}`] : undefined;
  };
}

/**
 * Compiles the pattern of a type. JavaScript's own engine can take hours for a text that a client chose; this one needs
 * time in proportion to its length, as Pydantic's.
 */
export function compilePattern(pattern: string): RE2JS {
  return RE2JS.compile(RE2JS.translateRegExp(pattern));
}

function lengthOf(value: string): number {
  let length = 0;
  for (const _ of value) length += 1;
  return length;
}

function characters(count: number): string {
  return `${count} ${count === 1 ? 'character' : 'characters'}`;
}
