import { semanticChecks } from '../../manifest/meaning.ts';
import type { ManifestRule } from '../rule.ts';

export const secretDefault: ManifestRule = {
  id: 'secret-default',
  kind: 'manifest',
  severity: 'error',
  summary: 'a setting is marked as a secret and has its value in the manifest',
  why: 'The manifest is in version control, and so is the secret then.',
  check: ({ parts }) => semanticChecks['secret-default'](parts),
};
