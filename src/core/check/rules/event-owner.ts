import { problemAt } from '../../manifest/finding.ts';
import { isInNamespace, splitName } from '../../manifest/namespace.ts';
import { modulesThatShare, sharedEntries } from '../also-elsewhere.ts';
import type { ModuleFacts, ModulesRule } from '../rule.ts';

export const eventOwner: ModulesRule = {
  id: 'event-owner',
  kind: 'modules',
  severity: 'error',
  summary: 'two modules emit the same event, or a module emits an event of the host',
  why: 'Subscribers cannot distinguish the two events, and their data differs.',
  needsAll: false,
  check(modules, host) {
    const related = modulesThatShare(modules, ({ manifest, namespace }, visit) => {
      visit(namespace);
      for (const event of manifest.events_emitted) if (!isInNamespace(event, namespace)) visit(splitName(event)[0]);
    });
    const shared = sharedEntries<number>(related, ({ manifest }, visit) => manifest.events_emitted.forEach(visit)).map(
      ({ module, other, key, entry }) => ({
        module,
        ...problemAt(
          ['events_emitted', entry],
          `${key} is also emitted by ${other.file}`,
          whichToRename(key, module, other),
        ),
      }),
    );
    const isOfHost = (event: string) => host.events.includes(event);
    const emitters = modules.filter(({ manifest }) => manifest.events_emitted.some(isOfHost));
    const ofHost = emitters.flatMap((module) =>
      module.manifest.events_emitted.flatMap((event, index) => {
        if (!isOfHost(event)) return [];
        return [
          { module, ...problemAt(['events_emitted', index], `${event} is an event of the host`, 'Rename the event.') },
        ];
      }),
    );
    return [...shared, ...ofHost];
  },
};

/** Advises to rename the event whose namespace is not the one of its module. */
function whichToRename(event: string, module: ModuleFacts, other: ModuleFacts): string {
  const [isHere, isThere] = [module, other].map(({ namespace }) => namespace === splitName(event)[0]);
  if (isHere === isThere) return 'Rename one of the two.';
  return isHere ? 'Rename the other event: the namespace belongs to this module.' : 'Rename this event.';
}
