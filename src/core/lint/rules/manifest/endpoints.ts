import { problemAt, problemsIn } from '../../../diagnostic.ts';
import { type Endpoint, type EndpointRole, endpointsOf } from '../../../manifest/endpoints.ts';
import { eventNames } from '../../../manifest/events.ts';
import { semanticChecks } from '../../../manifest/meaning.ts';
import type { ManifestRule } from '../../rule.ts';

export const endpointPermission: ManifestRule = {
  id: 'endpoint-permission',
  kind: 'manifest',
  severity: 'error',
  summary: 'permissions_required does not list a permission that an endpoint needs',
  why: 'The generated route requires the permission. If no manifest declares it, no user has it, and every call gets 403.',
  check: ({ manifest }) => semanticChecks['endpoint-permission'](manifest),
};

export const reservedEndpoint: ManifestRule = {
  id: 'reserved-endpoint',
  kind: 'manifest',
  severity: 'error',
  summary: 'an endpoint has a path that is reserved for the host',
  why: 'The host answers `GET /health` for every module.',
  check: ({ manifest }) => semanticChecks['reserved-endpoint'](manifest),
};

const jobRoles: ReadonlySet<EndpointRole | null> = new Set([
  'status',
  'list',
  'cancel',
  'retry',
  'result',
  'stats',
] as const);

export const joblessEndpoint: ManifestRule = {
  id: 'jobless-endpoint',
  kind: 'manifest',
  severity: 'warning',
  summary: 'a module has a job endpoint but no way to create jobs',
  why: 'There are no jobs that the endpoint could return or cancel.',
  check({ manifest }) {
    const endpoints = endpointsOf(manifest);
    const hasProcess = endpoints.some(({ role }) => role === 'process');
    if (hasProcess || eventNames(manifest.events_subscribed).some((event) => event !== 'user.deleted')) return [];
    return problemsIn(endpoints, ({ role, method, path }, index) => {
      if (!jobRoles.has(role)) return undefined;
      const message = `${method} ${path} is a job endpoint, but no endpoint or event of the module creates jobs`;
      return problemAt(['endpoints', index], message, 'Add "POST /process" to endpoints.');
    });
  },
};

export const shadowedEndpoint: ManifestRule = {
  id: 'shadowed-endpoint',
  kind: 'manifest',
  severity: 'warning',
  summary: 'an endpoint with a parameter matches the requests of an endpoint below it',
  why: 'Routers that try routes in order, such as FastAPI, never reach the lower endpoint.',
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
