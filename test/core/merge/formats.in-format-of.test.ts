import { expect, it } from 'vitest';
import { inFormatOf, sameButForFormat } from '../../../src/core/merge/formats.ts';
import { draws, eachSeed } from '../../draws.ts';
import { randomTriple } from './random-texts.ts';

it.each([
  ['quotes and tabs', 'a.ts', '\tf("x");\n', "  f('x');\n", '\tf("x");\n'],
  ['other line breaks', 'a.ts', 'f(\n  a,\n  b,\n);\n', 'f(a, b);\n', 'f(\n  a,\n  b,\n);\n'],
  ['a trailing comma', 'a.ts', '{\n  a: 1,\n  b: 2\n}\n', '{\n  a: 1,\n  b: 2,\n}\n', '{\n  a: 1,\n  b: 2\n}\n'],
  ['lines that are only in the text', 'a.ts', '\ta();\n', '  a();\n  b();\n', '\ta();\n  b();\n'],
  ['lines that are only in the model', 'a.ts', '\ta();\n\tmine();\n\tb();\n', '  a();\n  b();\n', '\ta();\n\tb();\n'],
  ['lines with other content', 'a.ts', '\ta(1);\n', '  a(2);\n', '  a(2);\n'],
  ['indentation in Python', 'a.py', 'if a:\n    b\n    c\n', 'if a:\n    b\nc\n', 'if a:\n    b\nc\n'],
  ['a final line feed that only the model has', 'a.ts', '\ta();\n', '  a();', '\ta();'],
  ['a final line feed that only the text has', 'a.ts', '\ta();', '  a();\n', '\ta();\n'],
  ['an empty text', 'a.ts', '\n', '', ''],
  ['line endings', 'a.ts', '\ta();\r\n', '  a();\n', '\ta();\n'],
])('handles %s', (_, path, model, text, want) => expect(inFormatOf(path, model, text)).toBe(want));

it('does not support other files', () => expect(inFormatOf('a.md', 'a\n', ' a\n')).toBeUndefined());

it('changes only the format, for any texts', () => {
  return eachSeed(draws.formats, (seed) => {
    const { mine, theirs } = randomTriple(seed);
    for (const path of ['a.ts', 'a.py']) {
      const text = theirs.replaceAll('line ', "  line('x', ");
      const model = mine.replaceAll('line ', '\tline("x", ');
      const given = inFormatOf(path, model, text) as string;
      expect(sameButForFormat(path, given, text) || [model, text, given]).toBe(true);
    }
  });
});
