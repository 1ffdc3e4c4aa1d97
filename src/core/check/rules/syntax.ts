import type { ReportedRule } from '../rule.ts';

export const syntax: ReportedRule = {
  id: 'syntax',
  kind: 'reported',
  severity: 'error',
  isAlwaysError: true,
  summary: 'the text is not valid YAML',
  why: 'A host reads the manifest when it starts. A module whose manifest cannot be parsed does not load.',
};
