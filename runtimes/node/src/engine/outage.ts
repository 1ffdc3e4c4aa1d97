import pg from 'pg';
import { HttpError, RETRY_AFTER } from '../errors.ts';
import type { Log } from '../log.ts';

/**
 * What fails: everything (`connection`), some statements, those that wait too long, or those that need what was dropped
 * or is not permitted.
 */
type Trouble = 'connection' | 'statement' | 'slow' | 'schema_missing' | 'database_forbidden';

/** The call that asks for a connection, beside the texts of statements. */
export const CONNECT = 'connect';

/** The check of everything that the runtime needs. */
export const CHECK = 'check';

/** The database can't be reached, or can't do what was asked now. Requests are answered with 503. */
export class DatabaseUnavailable extends HttpError {
  /** Such as `localhost:5432/ai`. For the log: clients don't see it. */
  readonly address: string;
  /** The call that failed: the text of a statement, or `CONNECT`. */
  readonly call: string | undefined;

  constructor(address: string, cause: unknown, call?: string) {
    super(503, 'database_unavailable', RETRY_AFTER);
    this.address = address;
    this.cause = cause;
    this.call = call;
  }

  get trouble(): Trouble {
    return troubleOf(this.cause);
  }

  /** For the log: which database, and why. */
  get description(): string {
    const reason = reasonOf(this.cause);
    return this.trouble === 'slow' ? `${this.address}: ${reason}` : `${this.address} is unavailable: ${reason}`;
  }
}

/** The runtime's schema, or something in it, was dropped after the host has started. Requests are answered with 503. */
export class SchemaLost extends DatabaseUnavailable {
  override readonly code = 'schema_missing';
  readonly #loss: string;

  /** `loss` says what is missing. */
  constructor(address: string, loss: string, cause?: unknown, call?: string) {
    super(address, cause, call);
    this.#loss = loss;
  }

  override get trouble(): Trouble {
    return 'schema_missing';
  }

  override get description(): string {
    return `${this.address}: ${this.#loss}. Restore it, or start again: that creates functions, or a schema without data`;
  }
}

/** The role has lost permissions that the runtime needs. Requests are answered with 503. */
export class DatabaseForbidden extends DatabaseUnavailable {
  override readonly code = 'database_forbidden';
  readonly #sql: string;

  /** `sql` gives them back. */
  constructor(address: string, sql: string, cause?: unknown, call?: string) {
    super(address, cause, call);
    this.#sql = sql;
  }

  override get trouble(): Trouble {
    return 'database_forbidden';
  }

  override get description(): string {
    return `${this.address}: the role lacks permissions. Run this SQL as an administrator of the database: ${this.#sql}`;
  }
}

/** The server takes no writes, such as a replica after a failover. Requests are answered with 503. */
export class DatabaseReadOnly extends DatabaseUnavailable {
  override get trouble(): Trouble {
    return 'statement';
  }

  override get description(): string {
    return `${this.address} is unavailable: it takes no writes`;
  }
}

const REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused',
  ENOENT: 'the socket does not exist',
  ENOTFOUND: 'the host name is unknown',
  EAI_AGAIN: 'the host name is unknown',
  25006: 'it takes no writes',
};

const STATEMENT_TIMEOUT = '57014';
/** Connections that break, a server that stops, and a role or database that is refused. */
const NO_CONNECTION = /^(08|28|3D|57P)/;

function troubleOf(error: unknown): Trouble {
  if (!(error instanceof pg.DatabaseError)) return 'connection';
  const { code = '' } = error;
  if (NO_CONNECTION.test(code)) return 'connection';
  // The second is that of a role with a `lock_timeout`.
  return code === STATEMENT_TIMEOUT || code === '55P03' ? 'slow' : 'statement';
}

/** PostgreSQL's own sentence, or the same ones as in the Python runtime. */
function reasonOf(error: unknown): string {
  if (error instanceof pg.DatabaseError)
    return error.code === STATEMENT_TIMEOUT
      ? 'a statement took longer than 4 s, perhaps because of a lock'
      : (REASONS[error.code ?? ''] ?? error.message);
  const { code = '', message = '' } = Object(error) as { code?: string; message?: string };
  if (isPasswordMissing(message)) return 'the database needs a password';
  if (isWithoutSsl(message)) return 'the server does not support SSL';
  const isLate = code === 'ETIMEDOUT' || /timeout/i.test(message);
  return REASONS[code] ?? (isLate ? 'no answer in time' : 'the connection was lost');
}

/** Whether waiting doesn't help: the role or the database is refused. */
export function isRefused(error: unknown): boolean {
  if (findUnavailable(error) instanceof DatabaseForbidden) return true;
  const { code = '', message = '' } = Object(findUnavailable(error)?.cause ?? error) as Partial<pg.DatabaseError>;
  return /^(28|3D)/.test(code) || isPasswordMissing(message) || isWithoutSsl(message);
}

/** Whether the server or the client has ended a statement that took too long. */
export function isStatementTimeout(error: unknown): boolean {
  const { code, message = '' } = Object(findUnavailable(error)?.cause ?? error) as Partial<pg.DatabaseError>;
  return code === STATEMENT_TIMEOUT || /^Query read timeout/.test(message);
}

/** What pg reports if the server asks for a password and the URL has none. */
function isPasswordMissing(message: string): boolean {
  return /client password must be a (non-empty )?string/.test(message);
}

function isWithoutSsl(message: string): boolean {
  return /server does not support SSL/.test(message);
}

const LINE_EVERY_MS = 60_000;
/** Different lines of a trouble in that time, at most. */
const MAX_LINES = 5;
/** Calls of a trouble that are remembered, at most. */
const MAX_CALLS = 100;

const NO_ACCESS = ['schema_missing', 'database_forbidden'] as const;

/** A kind of trouble as the log knows it. */
interface State {
  /** `undefined` if it has ended. */
  beganAt: number | undefined;
  endedAt: number;
  failedAt: number;
  loggedAt: number;
  /** The lines since there was none for a minute. */
  readonly lines: Set<string>;
  /** Whether its end is logged, because its begin was. */
  isLogged: boolean;
  /** Calls that have failed and were not repeated with success. */
  readonly calls: Set<string>;
}

/**
 * Reports what is wrong with the database: for each kind of trouble one line when it begins and when it ends, and at most
 * one each minute between. If it comes and goes, the same line is not repeated within a minute.
 */
export class Outage {
  readonly #log: Log;
  readonly #onSchemaLost: () => void;
  readonly #states = new Map<Trouble, State>();
  #answeredAt = Number.NEGATIVE_INFINITY;

  /** `onSchemaLost` is called each time that a call fails because something of the runtime was dropped. */
  constructor(log: Log, onSchemaLost: () => void = () => {}) {
    this.#log = log;
    this.#onSchemaLost = onSchemaLost;
  }

  /** A call failed that began at `since`, by `performance.now()`. */
  report(error: DatabaseUnavailable, since: number = performance.now()): void {
    if (error instanceof SchemaLost) this.#onSchemaLost();
    const { trouble, call } = error;
    // Others were answered meanwhile, such as after a connection broke.
    if (trouble === 'connection' && since < this.#answeredAt) return;
    const now = performance.now();
    const state = this.#states.get(trouble) ?? {
      beganAt: undefined,
      endedAt: Number.NEGATIVE_INFINITY,
      failedAt: now,
      loggedAt: Number.NEGATIVE_INFINITY,
      lines: new Set(),
      isLogged: false,
      calls: new Set(),
    };
    this.#states.set(trouble, state);
    const isNews = state.beganAt === undefined || NO_ACCESS.some((one) => one === trouble);
    state.beganAt ??= now;
    state.failedAt = now;
    if (call !== undefined && state.calls.size < MAX_CALLS) state.calls.add(call);
    const line = `database: ${error.description}`;
    if (now - state.loggedAt >= LINE_EVERY_MS) state.lines.clear();
    else if (!isNews || state.lines.has(line) || state.lines.size >= MAX_LINES) return;
    state.lines.add(line);
    state.loggedAt = now;
    state.isLogged = true;
    this.#log.error(line);
  }

  /** A call has succeeded: a trouble ends when the same calls work again. */
  answered(call: string | undefined): void {
    const now = performance.now();
    // A connection that the pool has kept says nothing about the server.
    if (call !== CONNECT) this.#answeredAt = now;
    for (const [trouble, state] of this.#states) {
      if (state.beganAt === undefined) continue;
      if (trouble === 'connection') {
        if (call !== CONNECT) this.#end(trouble, state);
      } else if (call !== undefined && state.calls.delete(call)) {
        // Some calls are rare, so that their success is not waited for.
        if (state.calls.size === 0 || now - state.failedAt >= LINE_EVERY_MS) this.#end(trouble, state);
      }
    }
  }

  /** Everything of the runtime is there and permitted, and the server takes writes. */
  accessible(): void {
    this.answered(CHECK);
    for (const trouble of NO_ACCESS) {
      const state = this.#states.get(trouble);
      if (state?.beganAt !== undefined) this.#end(trouble, state);
    }
  }

  /** Whether something is missing or not permitted, as far as is known. */
  get lacksAccess(): boolean {
    return NO_ACCESS.some((trouble) => this.#states.get(trouble)?.beganAt !== undefined);
  }

  /** Whether something was missing or not permitted at `since` or later. */
  lackedAccess(since: number): boolean {
    const states = NO_ACCESS.map((trouble) => this.#states.get(trouble));
    return states.some((state) => state !== undefined && (state.beganAt !== undefined || state.endedAt >= since));
  }

  #end(trouble: Trouble, state: State): void {
    state.endedAt = performance.now();
    const seconds = ((state.endedAt - (state.beganAt ?? 0)) / 1_000).toFixed(1);
    const what = trouble === 'connection' ? 'it is available again' : 'statements that failed work again';
    if (state.isLogged) this.#log.info(`database: ${what} after ${seconds} s`);
    state.beganAt = undefined;
    state.isLogged = false;
    state.calls.clear();
  }
}

/** The error among an error and its causes: libraries that query the database wrap it. */
export function findUnavailable(error: unknown): DatabaseUnavailable | undefined {
  for (let each = error; each instanceof Error; each = each.cause) {
    if (each instanceof DatabaseUnavailable) return each;
  }
  return undefined;
}
