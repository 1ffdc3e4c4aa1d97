import { problemAt, problemsIn } from '../../manifest/finding.ts';
import { isInNamespace, splitName } from '../../manifest/namespace.ts';
import type { ManifestRule } from '../rule.ts';

export const foreignEvent: ManifestRule = {
  id: 'foreign-event',
  kind: 'manifest',
  severity: 'warning',
  summary: 'an event that the module emits has another namespace than the module',
  why: 'Subscribers use the namespace of an event to find the module that emits it.',
  check({ manifest, namespace }) {
    return problemsIn(manifest.events_emitted, (event, index) => {
      if (isInNamespace(event, namespace)) return undefined;
      const [, verb] = splitName(event);
      const message = `the event ${event} is not in the namespace ${namespace} of this module`;
      return problemAt(['events_emitted', index], message, `Did you mean ${namespace}.${verb}?`);
    });
  },
};
