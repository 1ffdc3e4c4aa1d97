import { semanticChecks } from '../../manifest/meaning.ts';
import type { ManifestRule } from '../rule.ts';

export const duplicateEntry: ManifestRule = {
  id: 'duplicate',
  kind: 'manifest',
  severity: 'error',
  summary: 'two entries of a list are equal',
  why: 'The second entry has no effect, except that a host with two equal routes does not start.',
  check: ({ manifest }) => semanticChecks.duplicate(manifest),
};
