import { endpointsOf } from '../../manifest/endpoints.ts';
import { problemAt, problemsIn } from '../../manifest/finding.ts';
import type { ManifestRule } from '../rule.ts';

export const routeCollision: ManifestRule = {
  id: 'route-collision',
  kind: 'manifest',
  severity: 'warning',
  summary: 'an endpoint matches requests that are meant for the host',
  why: 'The host answers `GET /health` below the path of every module, and monitoring calls it.',
  check({ manifest }) {
    return problemsIn(endpointsOf(manifest), ({ method, path }, index) => {
      if (method !== 'GET' || !/^\/\{[^/]*\}$/.test(path)) return undefined;
      const message = `GET ${path} also matches GET /health, which the host answers`;
      return problemAt(
        ['endpoints', index],
        message,
        `Add a path segment before the parameter, for example GET /items${path}.`,
      );
    });
  },
};
