import { semanticChecks } from '../../manifest/meaning.ts';
import type { ManifestRule } from '../rule.ts';

export const secretDefault: ManifestRule = {
  id: 'secret-default',
  kind: 'manifest',
  severity: 'error',
  summary: 'a setting is marked as a secret but has a value in the manifest',
  why: 'The manifest is in version control, so the secret would be too.',
  check: ({ parts }) => semanticChecks['secret-default'](parts),
};
