import type { ReportedRule } from '../rule.ts';

export const moreFindings: ReportedRule = {
  id: 'more-findings',
  kind: 'reported',
  severity: 'error',
  isAlwaysError: true,
  summary: 'a file has more than 50 diagnostics; the others are only counted',
  why: 'In a long list, the first diagnostics are hard to find, and they often cause the others.',
};
