import type { ReportedRule } from '../rule.ts';

export const invalidValue: ReportedRule = {
  id: 'invalid-value',
  kind: 'reported',
  severity: 'error',
  isAlwaysError: true,
  summary: 'a value has the correct type but is invalid',
  why: 'Code is generated from the value: names become identifiers, endpoints become routes.',
};
