import { problemAt } from '../../../diagnostic.ts';
import { eventNames } from '../../../manifest/events.ts';
import { nearestWord } from '../../../text/nearest-word.ts';
import type { ModulesRule } from '../../rule.ts';

export const unknownEvent: ModulesRule = {
  id: 'unknown-event',
  kind: 'modules',
  severity: 'warning',
  summary: 'a module subscribes to an event that neither a module nor the host emits',
  why: 'The event is misspelt, or the module that emits it is not installed. The handler never runs.',
  needsAll: true,
  check(modules, host) {
    const emitted = new Set([
      ...host.events,
      ...modules.flatMap(({ manifest }) => eventNames(manifest.events_emitted)),
    ]);
    return modules.flatMap((module) =>
      eventNames(module.manifest.events_subscribed).flatMap((event, index) => {
        if (emitted.has(event)) return [];
        const near = nearestWord(event, emitted);
        const hint = `${near === undefined ? '' : `Did you mean ${near}? `}If the host emits it, add it to host_events in ai-modules.yaml.`;
        return [
          { module, ...problemAt(['events_subscribed', index], `neither a module nor the host emits ${event}`, hint) },
        ];
      }),
    );
  },
};
