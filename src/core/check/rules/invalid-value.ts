import type { ReportedRule } from '../rule.ts';

export const invalidValue: ReportedRule = {
  id: 'invalid-value',
  kind: 'reported',
  severity: 'error',
  isFixed: true,
  summary: 'a value is of the right type, but not one that is accepted',
  why: 'Code is generated from it: names become identifiers, endpoints become routes.',
};
