import type { ReportedRule } from '../rule.ts';

export const severalDocuments: ReportedRule = {
  id: 'several-documents',
  kind: 'reported',
  severity: 'error',
  isAlwaysError: true,
  summary: 'the file contains more than one YAML document',
  why: 'A manifest is one document. Some readers use only the first one, others refuse the file.',
};
