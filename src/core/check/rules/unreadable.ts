import type { ReportedRule } from '../rule.ts';

export const unreadable: ReportedRule = {
  id: 'unreadable',
  kind: 'reported',
  severity: 'error',
  isFixed: true,
  summary: 'the file cannot be read as text: it is binary, not UTF-8, larger than a megabyte, gone or locked',
  why: 'What cannot be read was not checked. The other manifests are checked all the same.',
};
