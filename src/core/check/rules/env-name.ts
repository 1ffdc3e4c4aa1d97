import { semanticChecks } from '../../manifest/meaning.ts';
import type { ManifestRule } from '../rule.ts';

export const envName: ManifestRule = {
  id: 'env-name',
  kind: 'manifest',
  severity: 'error',
  summary: 'a key that ends in _env does not name an environment variable',
  why: 'Such a key holds the name of a variable; its value is looked up when the module starts.',
  check: ({ parts }) => semanticChecks['env-name'](parts),
};
