import { type EndpointRole, endpointsOf } from '../../manifest/endpoints.ts';
import { problemAt, problemsIn } from '../../manifest/finding.ts';
import type { ManifestRule } from '../rule.ts';

const aboutJobs: ReadonlySet<EndpointRole | null> = new Set(['status', 'list', 'cancel', 'result', 'stats'] as const);

export const joblessEndpoint: ManifestRule = {
  id: 'jobless-endpoint',
  kind: 'manifest',
  severity: 'warning',
  summary: 'an endpoint is about jobs, and nothing starts one',
  why: 'It could only ever answer that there is no such job.',
  check({ manifest }) {
    const endpoints = endpointsOf(manifest);
    const starts = endpoints.some(({ role }) => role === 'process');
    if (starts || manifest.events_subscribed.some((event) => event !== 'user.deleted')) return [];
    return problemsIn(endpoints, ({ role, method, path }, index) => {
      if (!aboutJobs.has(role)) return undefined;
      const message = `${method} ${path} is about jobs, and no endpoint and no event starts one`;
      return problemAt(['endpoints', index], message, 'Add "POST /process" to endpoints.');
    });
  },
};
