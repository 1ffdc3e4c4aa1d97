import { expect, it } from 'vitest';
import { parsePattern } from '../../../../src/core/contract/pattern/parse-pattern.ts';

const reason = 'can take very long: a repetition in it matches the same text in several ways';

it.each([
  '(a+)+$',
  '(a*)*',
  '(a|a)*b',
  '([a-z]+)*$',
  '(\\w+\\s?)*$',
  '(a|ab|b)*c',
  '(.*,)*x',
  '(a?b?)*c|(\\d{1,3}){1,3}',
  '(x+x+)+y',
])('refuses %s', (pattern) => expect(parsePattern(pattern)).toEqual({ ok: false, reason }));

it.each([
  ['^[a-z]+(-[a-z]+)*$'],
  ['^[\\w.+-]+@\\w+(\\.\\w+)+$'],
  ['^([0-9A-F]{2}){6}$'],
  ['^\\d{1,3}(\\.\\d{1,3}){3}$'],
  ['^(\\d{3}-)?\\d{4}$'],
  ['^("[^"]*"|[^",]*)(,("[^"]*"|[^",]*))*$'],
  ['^(foo|bar|baz)+$'],
  ['(a?){1,5}'],
  ['^\\s*[^\\s]+\\s*$'],
])('accepts %s', (pattern) => expect(parsePattern(pattern)).toMatchObject({ ok: true }));

it('decides about large patterns', () => {
  const words = Array.from({ length: 100 }, (_, index) => `word${index}x`).join('|');
  expect(parsePattern(`^(${words})+$`)).toMatchObject({ ok: true });
  expect(parsePattern(`^(${words}|word7x)+$`)).toMatchObject({ ok: false });
});
