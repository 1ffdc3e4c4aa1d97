import { semanticChecks } from '../../manifest/meaning.ts';
import type { ManifestRule } from '../rule.ts';

export const reservedEndpoint: ManifestRule = {
  id: 'reserved-endpoint',
  kind: 'manifest',
  severity: 'error',
  summary: 'an endpoint has a path that is reserved for the host',
  why: 'The host answers `GET /health` for every module.',
  check: ({ manifest }) => semanticChecks['reserved-endpoint'](manifest),
};
