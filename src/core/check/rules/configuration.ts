import { semanticChecks } from '../../manifest/meaning.ts';
import type { ManifestRule } from '../rule.ts';

export const configurationValue: ManifestRule = {
  id: 'configuration',
  kind: 'manifest',
  severity: 'error',
  summary: 'a setting contradicts itself, or what every module has under its key',
  why: 'A default outside of its own range keeps the module from loading.',
  check: ({ parts }) => semanticChecks.configuration(parts),
};
