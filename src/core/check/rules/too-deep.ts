import type { ReportedRule } from '../rule.ts';

export const tooDeep: ReportedRule = {
  id: 'too-deep',
  kind: 'reported',
  severity: 'error',
  isFixed: true,
  summary: 'brackets, or lists in lists, go more than 100 levels deep',
  why: 'Nesting without end can end the process that reads it; a manifest needs four levels.',
};
