import { eventNames } from '../manifest/events.ts';
import type { Manifest } from '../manifest/schema.ts';
import { neededModules } from './rules/modules/dependencies.ts';

/** A module that needs others, and why: in words that follow its name. */
export interface Dependent {
  readonly name: string;
  readonly reason: string;
}

/**
 * The modules of `all` that depend on modules in `names`, or subscribe to events that only these emit. `hostEvents` are
 * emitted by the host.
 */
export function dependentsOf(
  names: ReadonlySet<string>,
  all: readonly Manifest[],
  hostEvents: readonly string[],
): Dependent[] {
  const others = all.filter(({ name }) => !names.has(name));
  const elsewhere = new Set([...hostEvents, ...others.flatMap((one) => eventNames(one.events_emitted))]);
  const publishers = new Map<string, string>();
  for (const { name, events_emitted } of all)
    if (names.has(name))
      for (const event of eventNames(events_emitted)) if (!elsewhere.has(event)) publishers.set(event, name);
  return others.flatMap((module) => [
    ...neededModules(module)
      .filter(({ name }) => names.has(name))
      .map(({ name }) => ({ name: module.name, reason: `depends on ${name}` })),
    ...eventNames(module.events_subscribed)
      .filter((event) => publishers.has(event))
      .map((event) => ({
        name: module.name,
        reason: `subscribes to ${event}, which only ${publishers.get(event)} emits`,
      })),
  ]);
}
