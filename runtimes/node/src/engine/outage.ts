import { HttpError } from '../errors.ts';
import type { Log } from '../log.ts';

/** The database can't be reached or can't answer. Requests are answered with 503. */
export class DatabaseUnavailable extends HttpError {
  constructor(cause: unknown) {
    super(503, 'database_unavailable', { 'retry-after': '5' });
    this.cause = cause;
  }
}

const LINE_EVERY_MS = 60_000;

/** Reports outages of the database: one line when one begins and when it ends, and at most one each minute between. */
export class Outage {
  readonly #log: Log;
  #beganAt: number | undefined;
  #loggedAt = 0;
  #answeredAt = Number.NEGATIVE_INFINITY;

  constructor(log: Log) {
    this.#log = log;
  }

  /** A call failed that began at `since`, by `performance.now()`. */
  report(error: unknown, since: number = performance.now()): void {
    // Others were answered meanwhile, such as after a connection broke.
    if (since < this.#answeredAt) return;
    const now = performance.now();
    if (this.#beganAt !== undefined && now - this.#loggedAt < LINE_EVERY_MS) return;
    this.#beganAt ??= now;
    this.#loggedAt = now;
    this.#log.error({ err: error }, 'database unavailable');
  }

  /** The database has answered. */
  end(): void {
    this.#answeredAt = performance.now();
    if (this.#beganAt === undefined) return;
    const seconds = ((this.#answeredAt - this.#beganAt) / 1_000).toFixed(1);
    this.#beganAt = undefined;
    this.#log.info(`database available again after ${seconds} s`);
  }
}

/** The error among an error and its causes: libraries that query the database wrap it. */
export function findUnavailable(error: unknown): DatabaseUnavailable | undefined {
  for (let each = error; each instanceof Error; each = each.cause) {
    if (each instanceof DatabaseUnavailable) return each;
  }
  return undefined;
}
