import type { ReportedRule } from '../rule.ts';

export const aliasBomb: ReportedRule = {
  id: 'alias-bomb',
  kind: 'reported',
  severity: 'error',
  isAlwaysError: true,
  summary: 'aliases expand to too many values',
  why: 'A few lines of aliases can expand to more values than fit in memory.',
};
