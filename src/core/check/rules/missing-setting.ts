import { problemAt } from '../../manifest/finding.ts';
import { missingIn } from '../drift.ts';
import type { CodeRule } from '../rule.ts';

export const missingSetting: CodeRule = {
  id: 'missing-setting',
  kind: 'code',
  severity: 'error',
  summary: 'the configuration class in the code lacks a setting of the manifest',
  why: 'Hosts do not load a module whose manifest has a key that its configuration class does not define.',
  check: ({ manifest }, code) =>
    missingIn('settings', manifest, code).map(({ name, path }) => ({
      ...problemAt(
        path,
        `the configuration class does not define ${name}`,
        'Add it to the class, or remove it from configuration.',
      ),
      at: 'key',
    })),
};
