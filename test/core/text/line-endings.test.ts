import { expect, it } from 'vitest';
import { withEndingsOf } from '../../../src/core/text/line-endings.ts';

it.each([
  ['line feeds', 'x\n', 'a\nb\n', 'a\nb\n'],
  ['Windows endings', 'x\r\n', 'a\nb\n', 'a\r\nb\r\n'],
  ['Windows endings, for a text with mixed endings', 'x\r\n', 'a\r\nb\n', 'a\r\nb\r\n'],
  ['line feeds, for a text with Windows endings', 'x\n', 'a\r\nb\r\n', 'a\nb\n'],
  ['no conversion of mixed endings to line feeds', 'x\n', 'a\r\nb\n', 'a\r\nb\n'],
  ['endings of both kinds: the text stays', 'x\r\ny\n', 'a\nb\n', 'a\nb\n'],
  ['no ending: the text stays', 'x', 'a\r\nb\r\n', 'a\r\nb\r\n'],
  ['nothing: the text stays', '', 'a\r\n', 'a\r\n'],
  ['Windows endings, but no final one', 'x\r\ny', 'a\nb', 'a\r\nb'],
  ['Windows endings, without changing a carriage return inside a line', 'x\r\n', 'a\rb\n', 'a\rb\r\n'],
])('a text gets %s', (_, model, text, want) => expect(withEndingsOf(model, text)).toBe(want));
