import { problemAt } from '../../manifest/finding.ts';
import { isInNamespace, splitName } from '../../manifest/namespace.ts';
import { sharedEntries, modulesThatShare } from '../also-elsewhere.ts';
import type { ModulesRule, ModuleFacts } from '../rule.ts';

export const eventOwner: ModulesRule = {
  id: 'event-owner',
  kind: 'modules',
  severity: 'error',
  summary: 'two modules emit the same event, or a module emits one of the host',
  why: 'Who subscribes cannot tell whose it is, and the data of the two differ.',
  needsAll: false,
  check(modules, host) {
    const close = modulesThatShare(modules, ({ manifest, namespace }, visit) => {
      visit(namespace);
      for (const event of manifest.events_emitted) if (!isInNamespace(event, namespace)) visit(splitName(event)[0]);
    });
    const shared = sharedEntries<number>(close, ({ manifest }, visit) => manifest.events_emitted.forEach(visit)).map(
      ({ module, other, key, entry }) => ({
        module,
        ...problemAt(['events_emitted', entry], `${other.file} emits ${key} too`, whichToRename(key, module, other)),
      }),
    );
    const isTaken = (event: string) => host.events.includes(event);
    const takers = modules.filter(({ manifest }) => manifest.events_emitted.some(isTaken));
    const taken = takers.flatMap((module) =>
      module.manifest.events_emitted.flatMap((event, index) => {
        if (!isTaken(event)) return [];
        return [{ module, ...problemAt(['events_emitted', index], `${event} is an event of the host`, 'Rename it.') }];
      }),
    );
    return [...shared, ...taken];
  },
};

/** The one that is not called after its module, where that tells. */
function whichToRename(event: string, module: ModuleFacts, other: ModuleFacts): string {
  const [isHere, isThere] = [module, other].map(({ namespace }) => namespace === splitName(event)[0]);
  if (isHere === isThere) return 'Rename one of the two.';
  return isHere ? 'Rename the other one: this module has the namespace.' : 'Rename this one.';
}
