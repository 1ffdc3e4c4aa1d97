import { semanticChecks } from '../../manifest/meaning.ts';
import type { ManifestRule } from '../rule.ts';

export const endpointPermission: ManifestRule = {
  id: 'endpoint-permission',
  kind: 'manifest',
  severity: 'error',
  summary: 'permissions_required does not list a permission that an endpoint needs',
  why: 'The generated route requires the permission. If no manifest declares it, no user has it, and every call gets 403.',
  check: ({ manifest }) => semanticChecks['endpoint-permission'](manifest),
};
