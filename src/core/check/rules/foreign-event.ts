import { problemAt, problemsIn } from '../../manifest/finding.ts';
import { isInNamespace, splitName } from '../../manifest/namespace.ts';
import type { ManifestRule } from '../rule.ts';

export const foreignEvent: ManifestRule = {
  id: 'foreign-event',
  kind: 'manifest',
  severity: 'warning',
  summary: 'an event that the module emits begins with another namespace than the others',
  why: 'Who subscribes to an event looks for the module that it is called after.',
  check({ manifest, namespace }) {
    return problemsIn(manifest.events_emitted, (event, index) => {
      if (isInNamespace(event, namespace)) return undefined;
      const [, verb] = splitName(event);
      const message = `the event ${event} is not in the namespace ${namespace} of this module`;
      return problemAt(['events_emitted', index], message, `Did you mean ${namespace}.${verb}?`);
    });
  },
};
