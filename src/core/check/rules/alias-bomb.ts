import type { ReportedRule } from '../rule.ts';

export const aliasBomb: ReportedRule = {
  id: 'alias-bomb',
  kind: 'reported',
  severity: 'error',
  isFixed: true,
  summary: 'aliases stand for more than a manifest can say',
  why: 'A few lines of aliases can fill the memory of whoever reads them.',
};
