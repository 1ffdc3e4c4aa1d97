import { semanticChecks } from '../../manifest/meaning.ts';
import type { ManifestRule } from '../rule.ts';

export const duplicateEntry: ManifestRule = {
  id: 'duplicate',
  kind: 'manifest',
  severity: 'error',
  summary: 'two entries of a list say the same',
  why: 'The second is dead weight at best; two equal routes keep a host from starting.',
  check: ({ manifest }) => semanticChecks.duplicate(manifest),
};
