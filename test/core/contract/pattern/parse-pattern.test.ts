import { expect, it } from 'vitest';
import { parsePattern } from '../../../../src/core/contract/pattern/parse-pattern.ts';
import { patternRegExp, printPattern, textMatching } from '../../../../src/core/contract/pattern/pattern.ts';

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
  ['(a{1000}){1000}', 'repeats too much'],
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

it.each(['^[a-z]{3}-\\d+$', 'x|y', '^(?:foo|bar)\\.txt$', '[^a-zA-Z]', '^😀+$', '^.\\s\\S$'])(
  'makes texts that match %s',
  (text) => {
    const parsed = parsePattern(text);
    if (!parsed.ok) expect.fail(parsed.reason);
    const expression = patternRegExp(printPattern(parsed.pattern));
    for (const extra of [0, 1, 5]) expect(textMatching(parsed.pattern, extra)).toMatch(expression);
  },
);
