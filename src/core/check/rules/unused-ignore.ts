import type { ReportedRule } from '../rule.ts';

export const unusedIgnore: ReportedRule = {
  id: 'unused-ignore',
  kind: 'reported',
  severity: 'warning',
  isFixed: false,
  summary: 'an ignore, in a comment or in ai-modules.yaml, matches no finding',
  why: 'It would silence the next finding there, which nobody has looked at.',
};
