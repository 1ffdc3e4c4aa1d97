import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type LineMerge, mergeLines } from '../../../src/core/merge/lines.ts';
import { pickSide } from '../../../src/core/merge/markers.ts';
import { joinLines, splitLines } from '../../../src/core/text/line-endings.ts';
import { assertProperty, draws, eachSeed } from '../../draws.ts';
import { randomTriple } from './random-texts.ts';

const labels = { base: 'base', theirs: 'theirs' };
const merge = (base: string, mine: string, theirs: string): LineMerge => mergeLines(base, mine, theirs, { labels });

const line = fc.oneof(fc.constantFrom('', 'a', 'b', '}', 'e\u0301', '__proto__', 'x\r'), fc.string({ maxLength: 4 }));
const text = fc
  .tuple(fc.array(fc.tuple(line, fc.constantFrom('\n', '\r\n')), { maxLength: 12 }), fc.boolean(), fc.boolean())
  .map(([lines, hasBom, lacksNewline]) => {
    const body = lines.map(([content, ending]) => content + ending).join('');
    return `${hasBom ? '\ufeff' : ''}${lacksNewline ? body.replace(/\r?\n$/, '') : body}`;
  });

describe('for any texts', () => {
  it('joinLines is the inverse of splitLines', () =>
    assertProperty(
      draws.properties,
      fc.property(text, (given) => {
        expect(joinLines(splitLines(given))).toBe(given);
      }),
    ));

  it('merge(b, b, x) = x', () =>
    assertProperty(
      draws.properties,
      fc.property(text, text, (b, x) => {
        expect(merge(b, b, x)).toEqual({ kind: 'clean', text: x, conflicts: [] });
      }),
    ));

  it('merge(b, x, b) = x', () =>
    assertProperty(
      draws.properties,
      fc.property(text, text, (b, x) => {
        expect(merge(b, x, b)).toEqual({ kind: 'clean', text: x, conflicts: [] });
      }),
    ));

  it('merge(b, x, x) = x', () =>
    assertProperty(
      draws.properties,
      fc.property(text, text, (b, x) => {
        expect(merge(b, x, x)).toEqual({ kind: 'clean', text: x, conflicts: [] });
      }),
    ));

  it('other line endings are no change: merge(b, x, b with other endings) = x', () =>
    assertProperty(
      draws.properties,
      fc.property(text, text, (b, x) => {
        const other = b.replaceAll('\r\n', '\n').replaceAll('\n', '\r\n');
        // A file that its user left as it was becomes the other one, with its endings.
        fc.pre(x !== b && !/\r\r\n/.test(other) && !b.endsWith('\r'));
        expect(merge(b, x, other).text).toBe(x);
      }),
    ));

  it('swapping the sides does not change whether there is a conflict', () =>
    assertProperty(
      draws.properties,
      fc.property(text, text, text, (b, x, y) => {
        expect(merge(b, x, y).kind).toBe(merge(b, y, x).kind);
      }),
    ));

  it('a conflict can be resolved to either side', async () => {
    const triple = fc
      .tuple(text, text, text)
      .map((texts) => texts.map((one) => one.replaceAll('\r', '').replace('\ufeff', '')) as [string, string, string]);
    await assertProperty(
      draws.properties,
      fc.property(triple, ([base, mine, theirs]) => {
        const whole = mergeLines(base, mine, theirs, { labels, fallback: () => undefined });
        fc.pre(whole.conflicts.length > 0);
        for (const conflicts of ['mine', 'theirs'] as const) {
          const sided = mergeLines(base, mine, theirs, { labels, conflicts });
          expect(pickSide(whole.text, conflicts).trimEnd()).toBe(sided.text.trimEnd());
        }
      }),
    );
  });
});

describe('does not lose lines of mine', () => {
  // A last line that gets an ending can look like a line that ends with a carriage return.
  const linesOf = (given: string): string[] => splitLines(given).lines.map((one) => one.replace(/\r$/, ''));
  /** The lines of `some` that are not in `than`, in order. */
  const beyond = (some: string, than: string): string[] => {
    const known = new Set(linesOf(than));
    return linesOf(some).filter((one) => !known.has(one));
  };
  const isWithin = (wanted: readonly string[], lines: readonly string[]): boolean => {
    let at = 0;
    for (const one of lines) if (one === wanted[at]) at += 1;
    return at === wanted.length;
  };
  const survives = (base: string, mine: string, theirs: string): boolean =>
    isWithin(beyond(mine, base), linesOf(merge(base, mine, theirs).text));

  it('for any texts', () =>
    assertProperty(
      draws.properties,
      fc.property(text, text, text, (b, x, y) => {
        expect(survives(b, x, y)).toBe(true);
      }),
    ));

  it('if two people edited one file', () =>
    eachSeed(draws.merges, (seed) => {
      const { base, mine, theirs } = randomTriple(seed);
      expect(survives(base, mine, theirs)).toBe(true);
      expect(isWithin(beyond(theirs, base), linesOf(merge(base, mine, theirs).text))).toBe(true);
    }));
});
