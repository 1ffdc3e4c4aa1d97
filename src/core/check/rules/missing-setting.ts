import { problemAt } from '../../manifest/finding.ts';
import { missingIn } from '../drift.ts';
import type { CodeRule } from '../rule.ts';

export const missingSetting: CodeRule = {
  id: 'missing-setting',
  kind: 'code',
  severity: 'error',
  summary: 'the configuration class of the code lacks a setting',
  why: 'Hosts refuse a module whose manifest has a key that its class does not know.',
  check: ({ manifest }, code) =>
    missingIn('settings', manifest, code).map(({ name, path }) => ({
      ...problemAt(path, `the configuration class has no ${name}`, 'Add it to the class, or remove it.'),
      at: 'key',
    })),
};
