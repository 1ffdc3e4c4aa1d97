import { problemAt, problemsIn } from '../../manifest/finding.ts';
import type { ManifestRule } from '../rule.ts';

export const ownEvent: ManifestRule = {
  id: 'own-event',
  kind: 'manifest',
  severity: 'warning',
  summary: 'a module subscribes to an event that it emits itself',
  why: 'Every such event starts a job, and every job emits events: that may never end.',
  check({ manifest }) {
    return problemsIn(manifest.events_subscribed, (event, index) => {
      if (!manifest.events_emitted.includes(event)) return undefined;
      const message = `the module subscribes to ${event}, which it emits itself`;
      return problemAt(['events_subscribed', index], message, 'Remove one of the two.');
    });
  },
};
