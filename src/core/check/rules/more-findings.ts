import type { ReportedRule } from '../rule.ts';

export const moreFindings: ReportedRule = {
  id: 'more-findings',
  kind: 'reported',
  severity: 'error',
  isFixed: true,
  summary: 'a file has more than 50 findings, and the rest is counted only',
  why: 'Thousands of lines hide the first, which is often the cause of the others.',
};
