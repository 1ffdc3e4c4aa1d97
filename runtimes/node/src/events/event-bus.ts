import { randomUUID } from 'node:crypto';
import type { Retry, TaskRunner } from '../tasks/task-runner.ts';
import type { Event, EventHandler } from './event.ts';

/** Subscribes a group to every event; for observers such as a test recorder. */
export const EVERY_EVENT = '*';

const QUEUE = 'events';
/** About a minute in all: longer than a database takes to restart. */
const RETRY: Retry = { attempts: 8, type: 'exponential', delayMs: 500 };

interface Subscription {
  readonly group: string;
  readonly name: string;
  readonly handler: EventHandler;
}

/**
 * Publish and subscribe over the task queue: every (event, group) is one queued delivery, run by whichever worker is
 * free, tried again on its own, and kept as a dead letter when it keeps failing. All processes load the same
 * modules, so each knows every subscription.
 */
export class EventBus {
  readonly #subscriptions: Subscription[] = [];
  readonly #tasks: TaskRunner;

  constructor(tasks: TaskRunner) {
    this.#tasks = tasks;
    tasks.defineQueue(QUEUE, {
      concurrency: 10,
      run: ({ group, event }) => this.#deliver(String(group), String(event)),
    });
  }

  /** Delivers events called `name` to `handler`, at least once each, once per group over all processes. */
  on(name: string, group: string, handler: EventHandler): void {
    this.#subscriptions.push({ name, group, handler });
  }

  /** The names a group has subscribed to, sorted. */
  subscribedBy(group: string): string[] {
    return this.#subscriptions
      .filter((each) => each.group === group)
      .map((each) => each.name)
      .sort();
  }

  /** Returns once the event is accepted; a handler that fails is never noticed here. */
  async publish(
    name: string,
    data: Readonly<Record<string, unknown>>,
    source_module: string,
    correlation_id: string = randomUUID(),
    event_id: string = randomUUID(),
  ): Promise<Event> {
    const occurred_at = new Date().toISOString();
    const event: Event = { event_id, name, data, source_module, correlation_id, occurred_at };
    const listening = this.#subscriptions.filter((each) => concerns(each, name)).map((each) => each.group);
    // As text: a queue that stores JSON in PostgreSQL refuses the NUL characters that a payload may hold.
    const text = JSON.stringify(event);
    for (const group of new Set(listening)) {
      const delivery = { key: `${event_id}-${group}`, retry: RETRY };
      await this.#tasks.enqueue(QUEUE, { group, event: text }, delivery);
    }
    return event;
  }

  async #deliver(group: string, text: string): Promise<void> {
    const event = JSON.parse(text) as Event;
    for (const each of this.#subscriptions) {
      if (each.group === group && concerns(each, event.name)) await each.handler(event);
    }
  }
}

function concerns(subscription: Subscription, name: string): boolean {
  return subscription.name === name || subscription.name === EVERY_EVENT;
}
