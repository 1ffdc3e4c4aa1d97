import type { ReportedRule } from '../rule.ts';

export const unreadable: ReportedRule = {
  id: 'unreadable',
  kind: 'reported',
  severity: 'error',
  isAlwaysError: true,
  summary: 'the file cannot be read: it is binary, not UTF-8, larger than 1 MB, missing or locked',
  why: 'A file that cannot be read is not checked. The other manifests are.',
};
