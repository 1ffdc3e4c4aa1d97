import type { ReportedRule } from '../rule.ts';

export const severalDocuments: ReportedRule = {
  id: 'several-documents',
  kind: 'reported',
  severity: 'error',
  isFixed: true,
  summary: 'a second document follows the first',
  why: 'A manifest is one document. Readers take the first, or refuse the file.',
};
