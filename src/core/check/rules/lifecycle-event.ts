import { type EndpointRole, endpointsOf } from '../../manifest/endpoints.ts';
import { problemAt, problemsIn } from '../../manifest/finding.ts';
import { lifecycleEvents, splitName } from '../../manifest/namespace.ts';
import type { Manifest } from '../../manifest/schema.ts';
import type { ManifestRule } from '../rule.ts';

export const lifecycleEvent: ManifestRule = {
  id: 'lifecycle-event',
  kind: 'manifest',
  severity: 'warning',
  summary: 'the module emits a job event, but nothing starts or cancels jobs',
  why: 'The event is never published, so its subscribers wait forever.',
  check({ manifest }) {
    const roles = endpointsOf(manifest).map(({ role }) => role);
    if (roles.includes('process') && roles.includes('cancel')) return [];
    return problemsIn(manifest.events_emitted, (event, index) => {
      const reason = reasonNeverPublished(splitName(event)[1], roles, manifest);
      return reason && problemAt(['events_emitted', index], `${event} is never published: ${reason[0]}`, reason[1]);
    });
  },
};

/** `POST /process` and events start jobs; `POST /cancel/{job_id}` and the deletion of their user cancel them. */
function reasonNeverPublished(
  verb: string,
  roles: readonly (EndpointRole | null)[],
  { events_subscribed: subscribed }: Manifest,
): readonly [reason: string, hint: string] | undefined {
  if (!(lifecycleEvents as readonly string[]).includes(verb)) return undefined;
  if (!roles.includes('process') && !subscribed.some((event) => event !== 'user.deleted'))
    return ['no endpoint or event starts a job', 'Add "POST /process" to endpoints, or remove the event.'];
  if (verb !== 'cancelled' || roles.includes('cancel') || subscribed.includes('user.deleted')) return undefined;
  return ['no endpoint cancels a job', 'Add "POST /cancel/{job_id}" to endpoints, or remove the event.'];
}
