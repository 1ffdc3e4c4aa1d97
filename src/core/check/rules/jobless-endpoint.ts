import { type EndpointRole, endpointsOf } from '../../manifest/endpoints.ts';
import { problemAt, problemsIn } from '../../manifest/finding.ts';
import type { ManifestRule } from '../rule.ts';

const jobRoles: ReadonlySet<EndpointRole | null> = new Set(['status', 'list', 'cancel', 'result', 'stats'] as const);

export const joblessEndpoint: ManifestRule = {
  id: 'jobless-endpoint',
  kind: 'manifest',
  severity: 'warning',
  summary: 'a module has a job endpoint but no way to create jobs',
  why: 'There are no jobs that the endpoint could return or cancel.',
  check({ manifest }) {
    const endpoints = endpointsOf(manifest);
    const hasProcess = endpoints.some(({ role }) => role === 'process');
    if (hasProcess || manifest.events_subscribed.some((event) => event !== 'user.deleted')) return [];
    return problemsIn(endpoints, ({ role, method, path }, index) => {
      if (!jobRoles.has(role)) return undefined;
      const message = `${method} ${path} is a job endpoint, but no endpoint or event of the module creates jobs`;
      return problemAt(['endpoints', index], message, 'Add "POST /process" to endpoints.');
    });
  },
};
