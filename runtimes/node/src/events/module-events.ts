import type { Event, EventHandler } from './event.ts';
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
  on(name: string, handler: EventHandler): void {
    this.#bus.on(name, this.#module, handler);
  }
}
