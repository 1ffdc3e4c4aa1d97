import { problemAt, problemsIn } from '../../manifest/finding.ts';
import type { ManifestRule } from '../rule.ts';

export const ownEvent: ManifestRule = {
  id: 'own-event',
  kind: 'manifest',
  severity: 'warning',
  summary: 'a module subscribes to an event that it emits itself',
  why: 'Each such event starts a job, and each job emits events. This can loop forever.',
  check({ manifest }) {
    return problemsIn(manifest.events_subscribed, (event, index) => {
      if (!manifest.events_emitted.includes(event)) return undefined;
      const message = `the module subscribes to ${event}, which it emits itself`;
      return problemAt(
        ['events_subscribed', index],
        message,
        'Remove it from events_subscribed or from events_emitted.',
      );
    });
  },
};
