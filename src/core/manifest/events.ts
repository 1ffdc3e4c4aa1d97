import { isKeyword, uniqueName } from '../text/names.ts';
import { lifecycleEvents, splitName } from './namespace.ts';
import type { EventEntry, Manifest } from './schema.ts';

type Entries = Manifest['events_emitted'];

/** An entry of `events_emitted` or `events_subscribed` in its long form. */
export interface ManifestEvent extends EventEntry {
  /** The part before the first dot. */
  readonly namespace: string;
  /** Name of its handler: snake_case, unique in the list, with the namespace as a prefix if it is not the module's own. */
  readonly handler: string;
}

export function eventNames(entries: Entries): string[] {
  return entries.map((entry) => (typeof entry === 'string' ? entry : entry.event));
}

/** Names that files with events use otherwise, or that Python's linter keeps for its own functions. */
const takenNames: ReadonlySet<string> = new Set(
  (
    'event events schemas service logger logging user_id_of register_event_handlers ' +
    'abs aiter all anext any ascii bin bool breakpoint bytearray bytes callable chr classmethod compile complex ' +
    'copyright credits delattr dict dir divmod enumerate eval exec exit filter float format frozenset getattr globals ' +
    'hasattr hash help hex id input int isinstance issubclass iter len license list locals map max memoryview min next ' +
    'object oct open ord pow print property quit range repr reversed round set setattr slice sorted staticmethod str ' +
    'sum super tuple type vars zip'
  ).split(' '),
);

/** Handlers of events in the namespace `own` are named by the verb alone. */
export function eventsOf(entries: Entries, own: string): readonly ManifestEvent[] {
  const used = new Set<string>(own === '' ? lifecycleEvents : []);
  return entries.map((entry) => {
    const given = typeof entry === 'string' ? { event: entry } : entry;
    const [namespace, verb] = splitName(given.event);
    const word = verb.replaceAll('.', '_');
    const isOwn = namespace === own && !isKeyword(word) && !takenNames.has(word);
    return { ...given, namespace, handler: uniqueName(isOwn ? word : `${namespace}_${word}`, used) };
  });
}
