import { expect, it } from 'vitest';
import { printable } from '../../../src/core/text/display.ts';

it.each([
  ['plain, é 🙂\tand\nlines', 'plain, é 🙂\tand\nlines'],
  ['\u001b[2J\u001b]0;title\u0007', '\ufffd[2J\ufffd]0;title\ufffd'],
  ['a\rb\u0000c\u009b31m', 'a\ufffdb\ufffdc\ufffd31m'],
  ['\u202etxt.exe\u2066', '\ufffdtxt.exe\ufffd'],
])('%j', (text, shown) => {
  expect(printable(text)).toBe(shown);
  expect(printable(text)).toHaveLength(text.length);
});
