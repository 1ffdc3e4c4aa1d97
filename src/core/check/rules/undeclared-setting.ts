import { driftOf, hintFor } from '../drift.ts';
import type { CodeRule } from '../rule.ts';

export const undeclaredSetting: CodeRule = {
  id: 'undeclared-setting',
  kind: 'code',
  severity: 'error',
  summary: 'the configuration class has a setting that the manifest does not declare',
  why: 'Operators read the manifest to configure the module.',
  check: ({ manifest }, code) =>
    driftOf('settings', manifest, code).extra.map(({ name, place, meant }) => ({
      place,
      message: `the manifest does not declare the setting ${name}`,
      hint: hintFor(meant, 'Add it to configuration.'),
    })),
};
