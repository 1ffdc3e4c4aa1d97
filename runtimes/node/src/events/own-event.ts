import type * as z from 'zod';
import type { Manifest } from '../modules/manifest.ts';
import { checkPayload, type Event } from './event.ts';
import type { ModuleEvents } from './module-events.ts';

/** The service of the module that publishes. */
interface Publisher {
  readonly manifest: Pick<Manifest, 'name' | 'events_emitted'>;
  readonly events: ModuleEvents;
}

/** An event that a module publishes itself, with the type of its data. */
export class OwnEvent<Payload extends object = Record<string, unknown>> {
  readonly name: string;
  readonly #payload: z.ZodType<Payload> | undefined;

  /** Without a type, the data is any object. */
  constructor(name: string, payload?: z.ZodType<Payload>) {
    this.name = name;
    this.#payload = payload;
  }

  /**
   * Returns once the event is stored. Throws a `PermanentError` with `payload_invalid` if the payload doesn't fit. Events of
   * one piece of work share a correlation id; that of a job is `job-<job_id>`. Default: the id of the event.
   */
  async publish(service: Publisher, payload: Payload, correlationId?: string): Promise<Event> {
    const { manifest, events } = service;
    if (!manifest.events_emitted.includes(this.name))
      throw new Error(`${this.name} is not in events_emitted of ${manifest.name}`);
    const data = this.#payload ? checkPayload(this.#payload, payload) : payload;
    return events.publish(this.name, data as Record<string, unknown>, correlationId);
  }
}
