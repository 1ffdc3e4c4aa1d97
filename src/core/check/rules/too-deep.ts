import type { ReportedRule } from '../rule.ts';

export const tooDeep: ReportedRule = {
  id: 'too-deep',
  kind: 'reported',
  severity: 'error',
  isAlwaysError: true,
  summary: 'values are nested more than 100 levels deep',
  why: 'Deep nesting can crash the process that reads it. A manifest needs four levels.',
};
