import { type Endpoint, endpointsOf } from '../../manifest/endpoints.ts';
import { problemAt, problemsIn } from '../../manifest/finding.ts';
import type { ManifestRule } from '../rule.ts';

export const shadowedEndpoint: ManifestRule = {
  id: 'shadowed-endpoint',
  kind: 'manifest',
  severity: 'warning',
  summary: 'an endpoint with a parameter takes the requests of one that stands below it',
  why: 'Routers that try routes in order, as FastAPI does, never reach the second.',
  check({ manifest }) {
    const endpoints = endpointsOf(manifest);
    return problemsIn(endpoints, (endpoint, index) => {
      const above = endpoints.find((other, at) => at < index && takes(other, endpoint));
      if (above === undefined) return undefined;
      const message = `${endpoint.method} ${endpoint.path} is not reached: ${above.method} ${above.path} above it takes its requests`;
      return problemAt(['endpoints', index], message, 'Move it above that one.');
    });
  },
};

/** Every request to `other` fits `one` too, and they are not the same. */
function takes(one: Endpoint, other: Endpoint): boolean {
  if (one.parameters.length === 0 || one.method !== other.method) return false;
  // Most are told apart by how they begin.
  if (!other.path.startsWith(one.path.slice(0, one.path.indexOf('{')))) return false;
  if (one.shape === other.shape) return false;
  const [pattern, path] = [one.path.split('/'), other.path.split('/')];
  if (pattern.length !== path.length) return false;
  return pattern.every((segment, at) => segment.startsWith('{') || segment === path[at]);
}
