import { expect, it } from 'vitest';
import type { Diagnostic } from '../../../src/core/diagnostic.ts';
import { diagnosticsByAge } from '../../../src/core/lint/run.ts';

const diagnostic = (message: string, line = 1, more: Partial<Diagnostic> = {}): Diagnostic => {
  const range = { start: { line, column: 1 }, end: { line, column: 2 } };
  return { rule: 'duplicate', severity: 'error', file: 'a/manifest.yaml', message, range, ...more };
};

it.each<[name: string, before: Diagnostic[], after: Diagnostic[], added: number[]]>([
  ['no new diagnostics', [diagnostic('x')], [], []],
  ['the same at another line', [diagnostic('x')], [diagnostic('x', 7)], []],
  ['the same with another index', [diagnostic('events[2] is wrong')], [diagnostic('events[3] is wrong')], []],
  ['the same with another severity', [diagnostic('x')], [diagnostic('x', 1, { severity: 'warning' })], []],
  ['another message', [diagnostic('x')], [diagnostic('x'), diagnostic('y')], [1]],
  ['another file', [diagnostic('x')], [diagnostic('x', 1, { file: 'b/manifest.yaml' })], [0]],
  ['another rule', [diagnostic('x')], [diagnostic('x', 1, { rule: 'class-name' })], [0]],
  ['another diagnostic with the same message', [diagnostic('x')], [diagnostic('x'), diagnostic('x', 2)], [1]],
])('returns what is added: %s', (_, before, after, added) => {
  const result = diagnosticsByAge(before, after);
  expect(result.added).toEqual(added.map((at) => after[at]));
  expect(result.existing).toEqual(after.filter((_one, at) => !added.includes(at)));
});
