import { problemAt, problemsIn } from '../../../diagnostic.ts';
import { type EndpointRole, endpointsOf } from '../../../manifest/endpoints.ts';
import { eventNames } from '../../../manifest/events.ts';
import { isInNamespace, lifecycleEvents, splitName } from '../../../manifest/namespace.ts';
import type { Manifest } from '../../../manifest/schema.ts';
import type { ManifestRule } from '../../rule.ts';

export const lifecycleEvent: ManifestRule = {
  id: 'lifecycle-event',
  kind: 'manifest',
  severity: 'warning',
  summary: 'the module emits a job event, but nothing starts or cancels jobs',
  why: 'The event is never published, so its subscribers wait forever.',
  check({ manifest }) {
    const roles = endpointsOf(manifest).map(({ role }) => role);
    if (roles.includes('process') && roles.includes('cancel')) return [];
    return problemsIn(eventNames(manifest.events_emitted), (event, index) => {
      const reason = reasonNeverPublished(splitName(event)[1], roles, manifest);
      return reason && problemAt(['events_emitted', index], `${event} is never published: ${reason[0]}`, reason[1]);
    });
  },
};

/** `POST /process` and events start jobs; `POST /cancel/{job_id}` and the deletion of their user cancel them. */
function reasonNeverPublished(
  verb: string,
  roles: readonly (EndpointRole | null)[],
  manifest: Manifest,
): readonly [reason: string, hint: string] | undefined {
  if (!(lifecycleEvents as readonly string[]).includes(verb)) return undefined;
  const subscribed = eventNames(manifest.events_subscribed);
  if (!roles.includes('process') && !subscribed.some((event) => event !== 'user.deleted'))
    return ['no endpoint or event starts a job', 'Add "POST /process" to endpoints, or remove the event.'];
  if (verb !== 'cancelled' || roles.includes('cancel') || subscribed.includes('user.deleted')) return undefined;
  return ['no endpoint cancels a job', 'Add "POST /cancel/{job_id}" to endpoints, or remove the event.'];
}

export const foreignEvent: ManifestRule = {
  id: 'foreign-event',
  kind: 'manifest',
  severity: 'warning',
  summary: 'the module emits an event outside its namespace',
  why: 'Subscribers use the namespace of an event to find the module that emits it.',
  check({ manifest, namespace }) {
    return problemsIn(eventNames(manifest.events_emitted), (event, index) => {
      if (isInNamespace(event, namespace)) return undefined;
      const [, verb] = splitName(event);
      const message = `the event ${event} is not in the namespace ${namespace} of this module`;
      return problemAt(['events_emitted', index], message, `Did you mean ${namespace}.${verb}?`);
    });
  },
};

export const foreignPermission: ManifestRule = {
  id: 'foreign-permission',
  kind: 'manifest',
  severity: 'warning',
  summary: 'a permission is outside the namespace of the module',
  why: 'No endpoint of the module requires such a permission. It is misspelt, or it belongs to another module, which declares it.',
  check({ manifest, namespace }) {
    return problemsIn(manifest.permissions_required, (permission, index) => {
      if (isInNamespace(permission, namespace)) return undefined;
      const [, verb] = splitName(permission);
      const message = `the permission ${permission} is not in the namespace ${namespace} of this module`;
      return problemAt(['permissions_required', index], message, `Did you mean ${namespace}:${verb}?`);
    });
  },
};
