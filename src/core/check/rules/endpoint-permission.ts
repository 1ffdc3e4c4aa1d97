import { semanticChecks } from '../../manifest/meaning.ts';
import type { ManifestRule } from '../rule.ts';

export const endpointPermission: ManifestRule = {
  id: 'endpoint-permission',
  kind: 'manifest',
  severity: 'error',
  summary: 'an endpoint needs a permission that permissions_required lacks',
  why: 'The generated route asks for it, so nobody could call the endpoint.',
  check: ({ manifest }) => semanticChecks['endpoint-permission'](manifest),
};
