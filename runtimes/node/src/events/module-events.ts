import type * as z from 'zod';
import { checkPayload, type Event, type EventHandler } from './event.ts';
import type { EventBus } from './event-bus.ts';

/** The event bus as one module sees it: it publishes and listens in the module's name. */
export class ModuleEvents {
  readonly #bus: EventBus;
  readonly #module: string;

  constructor(bus: EventBus, module: string) {
    this.#bus = bus;
    this.#module = module;
  }

  /** Returns once the event is stored. Events of a job share the correlation id `job-<job_id>`. */
  publish(name: string, data: Readonly<Record<string, unknown>>, correlationId?: string): Promise<Event> {
    return this.#bus.publish(name, data, this.#module, correlationId);
  }

  /** Calls `handler` at least once for each event called `name`; one that throws is called again later. For `registerEvents`. */
  on(name: string, handler: EventHandler): void;
  /** The same with data that fits `payload`. An event that doesn't fit becomes a dead letter: `payload_invalid`. */
  on<T>(name: string, payload: z.ZodType<T>, handler: EventHandler<T>): void;
  on<T>(name: string, ...given: [EventHandler] | [z.ZodType<T>, EventHandler<T>]): void {
    const [payload, handler] = given.length === 2 ? given : [undefined, given[0]];
    const handle: EventHandler = payload
      ? async (event) => (handler as EventHandler<T>)({ ...event, data: checkPayload(payload, event.data) })
      : (handler as EventHandler);
    this.#bus.on(name, this.#module, handle);
  }
}
