import { expect, it } from 'vitest';
import { parsePattern } from '../../../../src/core/contract/pattern/parse-pattern.ts';
import { compilePattern, printPattern, textMatching } from '../../../../src/core/contract/pattern/pattern.ts';
import { draws, firstSeed } from '../../../draws.ts';
import { Draw } from '../../pack/random-manifest.ts';

it.each([
  ['^[a-z]+(-[a-z]+)*$', '^[a-z]+(?:-[a-z]+)*$'],
  ['\\d{2,}\\w?\\s', '[0-9]{2,}[A-Za-z0-9_]?[\\t-\\r ]'],
  ['\\D\\W\\S', '[^0-9][^A-Za-z0-9_][^\\t-\\r ]'],
  ['a.c', 'a[^\\n]c'],
  ['[\\d_.-]', '[0-9_.\\-]'],
  ['[a&&b~~c^\\]]', '[a\\x26\\x26b\\x7e\\x7ec\\^\\]]'],
  ['(a|b|)c', '(?:a|b|)c'],
  ['(?:a)+?b*?', 'a+b*'],
  ['(ab){2}', '(?:ab){2}'],
  ['\\x41\\u00e9\\u{1F600}', 'Aé😀'],
  ['\\/\\.\\$', '/\\.\\$'],
  ['"\'&~ #', '"\'&~ #'],
  ['[^\\n]', '[^\\n]'],
  ['\\u0301\\u00ad', '\\u0301\\u00ad'],
  ['', ''],
])('prints %s as %s', (text, printed) => {
  const parsed = parsePattern(text);
  expect(parsed.ok ? printPattern(parsed.pattern) : parsed.reason).toBe(printed);
  expect(parsePattern(printed)).toMatchObject({ ok: true });
});

const manyRanges = Array.from({ length: 30 }, (_, index) => String.fromCodePoint(0x100 + 2 * index)).join('');

it.each([
  ['(?=a)', 'has a group with ?'],
  ['(?<name>a)', 'has a group with ?'],
  ['(?i)a', 'has a group with ?'],
  ['(a)\\1', 'has \\1, which JavaScript and Rust do not both support, at character 4'],
  ['\\bword', 'has \\b, which'],
  ['\\p{L}', 'has \\p, which'],
  ['\\<', 'has \\<, which'],
  ['\\-', 'has \\-, which'],
  ['[[a]]', 'has a [ inside [ ]: write \\[, at character 2'],
  ['[]', 'has an empty class [ ]'],
  ['[b-a]', 'has a range in the wrong order'],
  ['[\\d-z]', 'has a range from \\d'],
  ['[a-\\d]', 'has a range to \\d'],
  ['[\\D]', 'has \\D inside [ ]'],
  ['[a', 'has a [ without ]'],
  ['a{', 'has a { that is not a quantifier'],
  ['a{2,1}', 'whose limits are in the wrong order'],
  ['a{1001}', 'repeats more than 1000 times: use minLength and maxLength'],
  ['(a{1000}){1000}', 'is too long: at most 1000 characters when its repetitions are written out'],
  ['(?:(?:a?){101}){10}', 'is too long'],
  ['a{600}b{600}', 'is too long'],
  ['(?:(?:a{31}){1000}){0}', 'is too long'],
  ['(?:^$){1001}', 'repeats more than 1000 times'],
  ['((^$){101}){10}', 'is too long'],
  [`[${manyRanges}]{1000}`, 'has too many ranges: at most 20000 when its repetitions are written out'],
  ['a**', 'has two quantifiers in a row'],
  ['*a', 'has nothing to repeat before *'],
  ['^*', 'repeats an anchor'],
  ['a}', 'has a } of its own'],
  ['(a', 'has a ( without )'],
  ['a)', 'has a ) without ('],
  ['a\\', 'ends with \\'],
  ['\u0001', 'has a control character'],
  ['\ud800', 'has half of a character'],
  ['\\ud800', 'has half of a character'],
  ['\\u{110000}', 'which is not a character'],
  ['('.repeat(25) + ')'.repeat(25), 'has more than 20 groups in each other'],
])('refuses %s', (text, reason) => {
  const parsed = parsePattern(text);
  expect(parsed.ok ? 'accepted' : parsed.reason).toContain(reason);
});

const matched = [
  '^[a-z]{3}-\\d+$',
  'x|y',
  '^(?:foo|bar)\\.txt$',
  '[^a-zA-Z]',
  '^😀+$',
  '^.\\s\\S$',
  '\\s+$',
  '^(?:a|aa){40}$',
  '^(?:(?:a+)+b?){2,}c*$',
  '^(?:a*)+$',
  '^(?:[A-Za-z0-9]{1,20}\\.)+[a-z]{2,}$',
  '[\\u{1F600}-\\u{1F64F}]{2}\\x26\\v',
];

it.each(matched)('makes texts that match %s', (text) => {
  const parsed = parsePattern(text);
  if (!parsed.ok) expect.fail(parsed.reason);
  const printed = printPattern(parsed.pattern);
  for (const wanted of [0, 1, 5, 30]) {
    const made = textMatching(parsed.pattern, wanted);
    expect({ made, fits: compilePattern(printed).test(made) }).toEqual({ made, fits: true });
    expect(made).toMatch(new RegExp(printed, 'u'));
  }
});

it.each([
  ['^\\d+$', 7, 7],
  ['^(?:ab)+c?$', 7, 8],
  ['^[a-z]{1,3}-[a-z]{1,3}$', 6, 6],
  ['^(?:a|bcd*)$', 9, 9],
  ['^(?:a|aa){40}$', 100, 80],
])('makes a text that matches %s and has %i characters', (text, wanted, expected) => {
  const parsed = parsePattern(text);
  if (!parsed.ok) expect.fail(parsed.reason);
  expect(textMatching(parsed.pattern, wanted)).toHaveLength(expected);
});

it('makes a text no longer than necessary', () => {
  const parsed = parsePattern(`${'('.repeat(20)}${'a'.repeat(900)}${')+'.repeat(20)}`);
  if (!parsed.ok) expect.fail(parsed.reason);
  expect(textMatching(parsed.pattern, 901)).toHaveLength(1800);
});

it.each(['\\s+$', '^(?:a|aa){30}$', '(a+)+b', '^(?:a?){26}a{26}$'])(
  'finds out quickly that a long text does not match %s',
  (text) => {
    const parsed = parsePattern(text);
    if (!parsed.ok) expect.fail(parsed.reason);
    const long = `${(text.includes('a') ? 'a' : ' ').repeat(200_000)}x`;
    expect(compilePattern(printPattern(parsed.pattern)).test(long)).toBe(false);
  },
);

it('accepts only what RE2 compiles', () => {
  const draw = new Draw(firstSeed);
  const counts = ['', '', '', '*', '+', '?', '{0}', '{1000}', '{31}', '{10,}', '{1,30}', '{500,1000}'];
  const atom = (depth: number): string =>
    draw.one<() => string>([
      () => draw.one(['a', '[^a]', '.', '\\W', '[\\w.+-]', '[😀-😂é]']),
      ...(depth > 3 ? [] : [() => `(?:${choice(depth + 1)})`]),
    ])() + draw.one(counts);
  const sequence = (depth: number): string => draw.times(3, () => atom(depth)).join('');
  const choice = (depth: number): string => draw.times(2, () => sequence(depth)).join('|');
  for (let found = 0; found < draws.properties; ) {
    const parsed = parsePattern(choice(0));
    if (!parsed.ok) continue;
    found += 1;
    const compiled = compilePattern(printPattern(parsed.pattern));
    expect(compiled.test(textMatching(parsed.pattern, draw.below(30)))).toBe(true);
  }
});
