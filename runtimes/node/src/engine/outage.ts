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

/** Says that the database is unavailable: one line for each outage and minute, however many queries fail. */
export class Outage {
  readonly #log: Log;
  #isOpen = false;
  #loggedAt = Number.NEGATIVE_INFINITY;

  constructor(log: Log) {
    this.#log = log;
  }

  report(error: unknown): void {
    this.#isOpen = true;
    const now = performance.now();
    if (now - this.#loggedAt < LINE_EVERY_MS) return;
    this.#loggedAt = now;
    this.#log.error({ err: error }, 'database unavailable');
  }

  /** The database has answered. */
  end(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#log.info('database available');
  }
}

/** The error among an error and its causes: libraries that query the database wrap it. */
export function findUnavailable(error: unknown): DatabaseUnavailable | undefined {
  for (let each = error; each instanceof Error; each = each.cause) {
    if (each instanceof DatabaseUnavailable) return each;
  }
  return undefined;
}
