import { lifecycleEvents, splitName } from '../manifest/namespace.ts';
import { isKeyword, uniqueName } from '../text/names.ts';

/** An event as a template wants it. */
export interface EventContext {
  /** As the manifest has it: `document_search.index_refreshed`. */
  readonly name: string;
  /** What stands before the dot. */
  readonly namespace: string;
  /** Name of its function: snake_case, unique; with the namespace in front where that is not the module's own. */
  readonly handler: string;
}

/** `own` is the namespace whose events go by their verb alone. */
export function eventContexts(events: readonly string[], own: string): EventContext[] {
  const used = new Set<string>(own === '' ? lifecycleEvents : []);
  return events.map((name) => {
    const [namespace, verb] = splitName(name);
    const isOwn = namespace === own && !isKeyword(verb);
    return { name, namespace, handler: uniqueName(isOwn ? verb : `${namespace}_${verb}`, used) };
  });
}
