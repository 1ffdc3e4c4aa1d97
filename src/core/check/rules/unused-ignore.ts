import type { ReportedRule } from '../rule.ts';

export const unusedIgnore: ReportedRule = {
  id: 'unused-ignore',
  kind: 'reported',
  severity: 'warning',
  isAlwaysError: false,
  summary: 'an ignore, in a comment or in ai-modules.yaml, matches no diagnostic',
  why: 'It would hide the next diagnostic of that rule there.',
};
