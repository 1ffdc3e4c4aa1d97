import type { ReportedRule } from '../rule.ts';

export const duplicateKey: ReportedRule = {
  id: 'duplicate-key',
  kind: 'reported',
  severity: 'error',
  isAlwaysError: true,
  summary: 'a mapping has the same key twice',
  why: 'YAML forbids duplicate keys. Parsers that accept them use the last value and ignore the first.',
};
