import type { ReportedRule } from '../rule.ts';

export const unknownKey: ReportedRule = {
  id: 'unknown-key',
  kind: 'reported',
  severity: 'error',
  isAlwaysError: true,
  summary: 'the field does not exist',
  why: 'Usually it is misspelt. Unknown fields have no effect, so they are refused.',
};
