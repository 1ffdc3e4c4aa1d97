import { faultAt } from '../../manifest/finding.ts';
import type { ManifestRule } from '../rule.ts';

export const ownEvent: ManifestRule = {
  id: 'own-event',
  kind: 'manifest',
  severity: 'warning',
  summary: 'a module subscribes to an event that it emits itself',
  why: 'Every such event starts a job, and every job emits events: that may never end.',
  reads: ['events_emitted', 'events_subscribed'],
  check({ manifest }) {
    return manifest.events_subscribed.flatMap((event, index) => {
      if (!manifest.events_emitted.includes(event)) return [];
      const message = `the module subscribes to ${event}, which it emits itself`;
      return [faultAt(['events_subscribed', index], message, 'Remove one of the two.')];
    });
  },
};
