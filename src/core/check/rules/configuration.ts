import { semanticChecks } from '../../manifest/meaning.ts';
import type { ManifestRule } from '../rule.ts';

export const configurationValue: ManifestRule = {
  id: 'configuration',
  kind: 'manifest',
  severity: 'error',
  summary: 'a setting contradicts itself, or the standard setting of the same name',
  why: 'A module whose default is outside its own range does not load.',
  check: ({ parts }) => semanticChecks.configuration(parts),
};
