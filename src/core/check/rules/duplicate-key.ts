import type { ReportedRule } from '../rule.ts';

export const duplicateKey: ReportedRule = {
  id: 'duplicate-key',
  kind: 'reported',
  severity: 'error',
  isFixed: true,
  summary: 'a key stands twice in one mapping',
  why: 'YAML forbids it; readers that accept it take the last one in silence, and the first is lost.',
};
