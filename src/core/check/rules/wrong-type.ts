import type { ReportedRule } from '../rule.ts';

export const wrongType: ReportedRule = {
  id: 'wrong-type',
  kind: 'reported',
  severity: 'error',
  isAlwaysError: true,
  summary: 'a value has the wrong type, for example a list instead of a string',
  why: 'YAML reads a version such as 1.10 as the number 1.1, so it must be in quotes.',
};
