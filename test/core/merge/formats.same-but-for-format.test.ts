import { expect, it } from 'vitest';
import { sameButForFormat } from '../../../src/core/merge/formats.ts';

it.each([
  ['a.ts', "f('a', [1, 2]);\n", 'f(\n  "a",\n  [\n    1,\n    2,\n  ],\n);\n'],
  ['a.ts', 'if (a) {\n  b();\n}\n', 'if (a) {\n\tb();\n\n}\n'],
  ['a.py', "f('a', 1)\n", 'f(\n    "a",\n    1,\n)\n'],
  ['a.py', 'from a import b, c\n', 'from a import (\n    b,\n    c,\n)\n'],
  ['a.py', 'a = 1\n\n\nb = 2\n', 'a = 1\n\nb = 2\n'],
  ['a.ts', "f('a');\n", 'f("a");\r\n'],
  ['a.py', 'f("a")\nb\n', "f('a')\r\n\r\nb\r\n"],
])('%s: differs only in format', (path, a, b) => {
  expect(sameButForFormat(path, a, b)).toBe(true);
  expect(sameButForFormat(path, b, a)).toBe(true);
});

it.each([
  ['a string', 'a.ts', "f('a b');\n", "f('ab');\n"],
  ['a space in a template', 'a.ts', 'f(`a b`);\n', 'f(`a  b`);\n'],
  ['a comment', 'a.ts', '// a b\n', '// ab\n'],
  ['words', 'a.ts', 'a b\n', 'ab\n'],
  ['an argument', 'a.ts', 'f(a, b);\n', 'f(a);\n'],
  ['quotes inside', 'a.ts', `f('"');\n`, `f("'");\n`],
  ['indentation in Python', 'a.py', 'if a:\n    b()\nc()\n', 'if a:\n    b()\n    c()\n'],
  ['a tuple', 'a.py', 'a = (1,)\n', 'a = (1)\n'],
  ['a doc string', 'a.py', '"""a  b"""\n', '"""a b"""\n'],
  ['the final line feed', 'a.ts', 'a;\n', 'a;'],
  ['a file without a known formatter', 'a.md', 'a\n', 'a\n\n'],
])('a difference in %s is not format', (_, path, a, b) => expect(sameButForFormat(path, a, b)).toBe(false));
