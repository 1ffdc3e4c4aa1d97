import { randomUUID } from 'node:crypto';
import type { Delivery, Store, StoredEvent } from '../engine/store.ts';
import type { Event, EventHandler } from './event.ts';

interface Subscription {
  readonly module: string;
  readonly name: string;
  readonly handler: EventHandler;
}

/**
 * Publish and subscribe. An event and one delivery for each subscribed module are rows in the database; the executor
 * of any process claims a delivery and hands it to the handlers here.
 */
export class EventBus {
  readonly #subscriptions: Subscription[] = [];
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  /** Delivers events called `name` to `handler`, at least once each. Call it while the module starts. */
  on(name: string, module: string, handler: EventHandler): void {
    this.#subscriptions.push({ name, module, handler });
  }

  /** The names that a module has subscribed to, sorted. */
  subscribedBy(module: string): string[] {
    return [...new Set(this.#of(module).map((each) => each.name))].sort();
  }

  /** Returns once the event is stored. A second event with the same id is the first one. Without a `correlation_id` it is the event's id. */
  async publish(
    name: string,
    data: Readonly<Record<string, unknown>>,
    source_module: string,
    correlation_id?: string,
    event_id: string = randomUUID(),
  ): Promise<Event> {
    const event = { id: event_id, name, data, source_module, correlation_id: correlation_id ?? event_id };
    await this.#store.addTrace(event_id);
    return asEvent(await this.#store.publish(event));
  }

  /** Calls the handlers of a module. An error means that the event is to be delivered again. */
  async deliver(delivery: Delivery): Promise<void> {
    const event = asEvent({ ...delivery, id: delivery.event_id });
    for (const { name, handler } of this.#of(delivery.module)) if (name === event.name) await handler(event);
  }

  #of(module: string): Subscription[] {
    return this.#subscriptions.filter((each) => each.module === module);
  }
}

/** A stored event as listeners receive it. */
export function asEvent({ id, name, data, source_module, correlation_id, occurred_at }: StoredEvent): Event {
  return { event_id: id, name, data, source_module, correlation_id, occurred_at: occurred_at.toISOString() };
}
