import type { ReportedRule } from '../rule.ts';

export const missingKey: ReportedRule = {
  id: 'missing-key',
  kind: 'reported',
  severity: 'error',
  isAlwaysError: true,
  summary: 'a required field is missing',
  why: 'Hosts do not load a module without it.',
};
