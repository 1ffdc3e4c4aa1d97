import { endpointsOf } from '../../manifest/endpoints.ts';
import { problemAt, problemsIn } from '../../manifest/finding.ts';
import type { ManifestRule } from '../rule.ts';

export const routeCollision: ManifestRule = {
  id: 'route-collision',
  kind: 'manifest',
  severity: 'warning',
  summary: 'an endpoint takes requests that are for the host',
  why: 'The host answers `GET /health` below the address of every module, and who watches it asks there.',
  check({ manifest }) {
    return problemsIn(endpointsOf(manifest), ({ method, path }, index) => {
      if (method !== 'GET' || !/^\/\{[^/]*\}$/.test(path)) return undefined;
      const message = `GET ${path} takes the requests for GET /health, which the host answers`;
      return problemAt(['endpoints', index], message, `Put a word before it, as in GET /items${path}.`);
    });
  },
};
