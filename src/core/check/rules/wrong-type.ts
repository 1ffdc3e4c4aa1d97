import type { ReportedRule } from '../rule.ts';

export const wrongType: ReportedRule = {
  id: 'wrong-type',
  kind: 'reported',
  severity: 'error',
  isFixed: true,
  summary: 'a list stands where a text belongs, or the like',
  why: 'A version such as 1.10 is a number to YAML, and the same as 1.1.',
};
