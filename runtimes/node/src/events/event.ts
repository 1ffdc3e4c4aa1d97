/** What listeners receive. The names of its fields are the same in every stack. */
export interface Event {
  /** UUID; a second event with the same id is the same event. */
  readonly event_id: string;
  /** `namespace.verb`, such as `user.deleted`. */
  readonly name: string;
  readonly data: Readonly<Record<string, unknown>>;
  /** The module that published it, or `host`. */
  readonly source_module: string;
  /** Events of one piece of work share it; those of a job have `job-<job_id>`. */
  readonly correlation_id: string;
  /** ISO 8601, UTC. */
  readonly occurred_at: string;
}

/** Handles an event. If it throws, the event is delivered again. */
export type EventHandler = (event: Event) => Promise<unknown>;
