import type { ReportedRule } from '../rule.ts';

export const syntax: ReportedRule = {
  id: 'syntax',
  kind: 'reported',
  severity: 'error',
  isFixed: true,
  summary: 'the text is not YAML',
  why: 'A host reads the manifest when it starts: what no parser reads keeps the module from loading.',
};
