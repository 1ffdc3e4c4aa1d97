import { expect, it } from 'vitest';
import { findingsByAge } from '../../../src/core/check/added-findings.ts';
import type { Diagnostic } from '../../../src/core/diagnostic.ts';

const finding = (message: string, line = 1, more: Partial<Diagnostic> = {}): Diagnostic => {
  const range = { start: { line, column: 1 }, end: { line, column: 2 } };
  return { rule: 'duplicate', severity: 'error', file: 'a/manifest.yaml', message, range, ...more };
};

it.each<[name: string, before: Diagnostic[], after: Diagnostic[], added: number[]]>([
  ['nothing', [finding('x')], [], []],
  ['what was there at another line', [finding('x')], [finding('x', 7)], []],
  ['what was there with another number', [finding('events[2] is wrong')], [finding('events[3] is wrong')], []],
  ['what was there with another severity', [finding('x')], [finding('x', 1, { severity: 'warning' })], []],
  ['another message', [finding('x')], [finding('x'), finding('y')], [1]],
  ['another file', [finding('x')], [finding('x', 1, { file: 'b/manifest.yaml' })], [0]],
  ['another rule', [finding('x')], [finding('x', 1, { rule: 'class-name' })], [0]],
  ['one more of the same', [finding('x')], [finding('x'), finding('x', 2)], [1]],
])('tells what is added: %s', (_, before, after, added) => {
  const result = findingsByAge(before, after);
  expect(result.added).toEqual(added.map((at) => after[at]));
  expect(result.existing).toEqual(after.filter((_one, at) => !added.includes(at)));
});
