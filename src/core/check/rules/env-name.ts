import { semanticChecks } from '../../manifest/meaning.ts';
import type { ManifestRule } from '../rule.ts';

export const envName: ManifestRule = {
  id: 'env-name',
  kind: 'manifest',
  severity: 'error',
  summary: 'the value of a key that ends in _env is not the name of an environment variable',
  why: 'Such a key holds the name of an environment variable, which the module reads when it starts.',
  check: ({ parts }) => semanticChecks['env-name'](parts),
};
