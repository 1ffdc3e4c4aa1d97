import pg from 'pg';
import { HttpError, RETRY_AFTER } from '../errors.ts';
import type { Log } from '../log.ts';

/** The database can't be reached or can't answer. Requests are answered with 503. */
export class DatabaseUnavailable extends HttpError {
  /** Such as `localhost:5432/ai`. For the log: clients don't see it. */
  readonly address: string;

  constructor(address: string, cause: unknown) {
    super(503, 'database_unavailable', RETRY_AFTER);
    this.address = address;
    this.cause = cause;
  }

  /** For the log: which database, and why. */
  get description(): string {
    return `${this.address} is unavailable: ${reasonOf(this.cause)}`;
  }
}

/** The runtime's schema, or something in it, was dropped after the host has started. Requests are answered with 503. */
export class SchemaLost extends DatabaseUnavailable {
  override readonly code = 'schema_missing';
  readonly #loss: string;

  constructor(address: string, loss: string, cause: unknown) {
    super(address, cause);
    this.#loss = loss;
  }

  override get description(): string {
    return `${this.address}: ${this.#loss}`;
  }
}

const REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused',
  ENOENT: 'the socket does not exist',
  ENOTFOUND: 'the host name is unknown',
  EAI_AGAIN: 'the host name is unknown',
};

/** PostgreSQL's own sentence, or the same ones as in the Python runtime. */
function reasonOf(error: unknown): string {
  if (error instanceof pg.DatabaseError) return error.message;
  const { code = '', message = '' } = Object(error) as { code?: string; message?: string };
  if (isPasswordMissing(message)) return 'the database needs a password';
  if (isWithoutSsl(message)) return 'the server does not support SSL';
  const isLate = code === 'ETIMEDOUT' || /timeout/i.test(message);
  return REASONS[code] ?? (isLate ? 'no answer in time' : 'the connection was lost');
}

/** Whether waiting doesn't help: the role or the database is refused. */
export function isRefused(error: unknown): boolean {
  const { code = '', message = '' } = Object(findUnavailable(error)?.cause ?? error) as Partial<pg.DatabaseError>;
  return /^(28|3D)/.test(code) || isPasswordMissing(message) || isWithoutSsl(message);
}

/** Whether the server or the client has ended a statement that took too long. */
export function isStatementTimeout(error: unknown): boolean {
  const { code, message = '' } = Object(findUnavailable(error)?.cause ?? error) as Partial<pg.DatabaseError>;
  return code === '57014' || /^Query read timeout/.test(message);
}

/** What pg reports if the server asks for a password and the URL has none. */
function isPasswordMissing(message: string): boolean {
  return /client password must be a (non-empty )?string/.test(message);
}

function isWithoutSsl(message: string): boolean {
  return /server does not support SSL/.test(message);
}

const LINE_EVERY_MS = 60_000;

/** Reports outages of the database: one line when one begins and when it ends, and at most one each minute between. */
export class Outage {
  readonly #log: Log;
  readonly #onSchemaLost: () => void;
  #beganAt: number | undefined;
  #loggedAt = 0;
  #answeredAt = Number.NEGATIVE_INFINITY;

  /** `onSchemaLost` is called each time that a call fails because something of the runtime was dropped. */
  constructor(log: Log, onSchemaLost: () => void = () => {}) {
    this.#log = log;
    this.#onSchemaLost = onSchemaLost;
  }

  /** A call failed that began at `since`, by `performance.now()`. */
  report(error: DatabaseUnavailable, since: number = performance.now()): void {
    if (error instanceof SchemaLost) this.#onSchemaLost();
    // Others were answered meanwhile, such as after a connection broke.
    if (since < this.#answeredAt) return;
    const now = performance.now();
    if (this.#beganAt !== undefined && now - this.#loggedAt < LINE_EVERY_MS) return;
    this.#beganAt ??= now;
    this.#loggedAt = now;
    this.#log.error({ err: error.cause }, `database: ${error.description}`);
  }

  /** The database has answered. */
  end(): void {
    this.#answeredAt = performance.now();
    if (this.#beganAt === undefined) return;
    const seconds = ((this.#answeredAt - this.#beganAt) / 1_000).toFixed(1);
    this.#beganAt = undefined;
    this.#log.info(`database: it is available again after ${seconds} s`);
  }
}

/** The error among an error and its causes: libraries that query the database wrap it. */
export function findUnavailable(error: unknown): DatabaseUnavailable | undefined {
  for (let each = error; each instanceof Error; each = each.cause) {
    if (each instanceof DatabaseUnavailable) return each;
  }
  return undefined;
}
