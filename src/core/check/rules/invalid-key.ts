import type { ReportedRule } from '../rule.ts';

export const invalidKey: ReportedRule = {
  id: 'invalid-key',
  kind: 'reported',
  severity: 'error',
  isFixed: true,
  summary: 'the name of a setting cannot be one',
  why: 'Every setting becomes a field of a class and a variable of the environment.',
};
