import type { ReportedRule } from '../rule.ts';

export const invalidKey: ReportedRule = {
  id: 'invalid-key',
  kind: 'reported',
  severity: 'error',
  isAlwaysError: true,
  summary: 'the key of a setting is not a valid name',
  why: 'Every setting becomes a class field and an environment variable.',
};
