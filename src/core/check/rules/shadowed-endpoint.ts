import { type Endpoint, endpointsOf } from '../../manifest/endpoints.ts';
import { problemAt, problemsIn } from '../../manifest/finding.ts';
import type { ManifestRule } from '../rule.ts';

export const shadowedEndpoint: ManifestRule = {
  id: 'shadowed-endpoint',
  kind: 'manifest',
  severity: 'warning',
  summary: 'an endpoint with a parameter matches the requests of an endpoint below it',
  why: 'Routers that try routes in order, such as FastAPI, never reach the second one.',
  check({ manifest }) {
    const endpoints = endpointsOf(manifest);
    return problemsIn(endpoints, (endpoint, index) => {
      const above = endpoints.find((other, at) => at < index && shadows(other, endpoint));
      if (above === undefined) return undefined;
      const message = `${endpoint.method} ${endpoint.path} is unreachable: ${above.method} ${above.path} above it matches its requests`;
      return problemAt(['endpoints', index], message, `Move it above ${above.method} ${above.path}.`);
    });
  },
};

/** Whether every request to `other` matches `one` too, and the two are not the same route. */
function shadows(one: Endpoint, other: Endpoint): boolean {
  if (one.parameters.length === 0 || one.method !== other.method) return false;
  // Most pairs differ at the start of their paths.
  if (!other.path.startsWith(one.path.slice(0, one.path.indexOf('{')))) return false;
  if (one.shape === other.shape) return false;
  const [pattern, path] = [one.path.split('/'), other.path.split('/')];
  if (pattern.length !== path.length) return false;
  return pattern.every((segment, at) => segment.startsWith('{') || segment === path[at]);
}
