import type { ReportedRule } from '../rule.ts';

export const unknownKey: ReportedRule = {
  id: 'unknown-key',
  kind: 'reported',
  severity: 'error',
  isFixed: true,
  summary: 'there is no such field',
  why: 'It is most often a misspelling, and what it says is not read by anyone.',
};
