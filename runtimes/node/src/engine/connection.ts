import pg from 'pg';
import { DatabaseUnavailable, findUnavailable, type Outage } from './outage.ts';

/** How to reach a PostgreSQL database. */
export interface ConnectionOptions {
  /** Such as `postgresql://user@host/name`, or `postgresql:///name?host=/folder` for a Unix socket. */
  readonly url: string;
  /** The schema of the runtime's tables. Other names are looked up in `public`. */
  readonly schema: string;
  /** At most this many connections, beside one that listens. */
  readonly poolSize?: number;
  /** Reports when the database is unavailable and when it answers again. */
  readonly outage?: Outage;
}

const CONNECT_TIMEOUT_MS = 2_000;
/** The server ends a statement after this time; the client stops waiting a little later, in case the server hangs. */
const STATEMENT_TIMEOUT_MS = 4_000;

/** The pool that all queries of a process use. Its errors are `DatabaseUnavailable` if the same query may succeed later. */
export function openPool(options: ConnectionOptions): pg.Pool {
  const pool = new pg.Pool({ ...clientConfig(options), max: options.poolSize ?? 10 });
  // A connection that breaks emits an error, also while it is idle. The pool replaces it, and queries report their own.
  pool.on('error', () => {});
  pool.on('connect', (client) => {
    client.on('error', () => {});
    translateErrors(client, 'query', options.outage);
  });
  translateErrors(pool, 'connect', options.outage);
  translateErrors(pool, 'query', options.outage);
  return pool;
}

/** Replaces a method, for calls that return a promise. */
function translateErrors<M extends string>(target: Record<M, unknown>, method: M, outage: Outage | undefined): void {
  const original = target[method] as (...args: unknown[]) => unknown;
  target[method] = (...args: unknown[]) => {
    const since = performance.now();
    const answer = original.apply(target, args);
    if (!(answer instanceof Promise)) return answer;
    return answer.then(
      (value) => {
        outage?.end();
        return value;
      },
      (error) => {
        if (findUnavailable(error) || !isUnavailable(error)) throw error;
        outage?.report(error, since);
        throw new DatabaseUnavailable(error);
      },
    );
  };
}

/** A connection of its own, for LISTEN. Not connected yet. */
export function newClient(options: ConnectionOptions): pg.Client {
  const client = new pg.Client(clientConfig(options));
  client.on('error', () => {});
  return client;
}

/** A name in double quotes, such as a schema. */
export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** Whether the database can't be reached or can't answer now, so that the same call may succeed later. */
export function isUnavailable(error: unknown): boolean {
  if (findUnavailable(error)) return true;
  const { code = '', message = '' } = Object(error) as { code?: string; message?: string };
  return (
    // Connection errors, refused roles and databases, deadlocks, insufficient resources, shutdown, timeouts, and errors such as a full disk.
    /^(08|28|3D|40|53|57|58)/.test(code) ||
    code === '25006' ||
    /^E[A-Z]+$/.test(code) ||
    /timeout|Connection terminated|Query read timeout|Client has encountered a connection error/i.test(message)
  );
}

function clientConfig({ url, schema }: ConnectionOptions): pg.ClientConfig {
  return {
    connectionString: url,
    keepAlive: true,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    query_timeout: STATEMENT_TIMEOUT_MS + 500,
    options: `-c statement_timeout=${STATEMENT_TIMEOUT_MS} -c search_path=${quoteName(schema).replaceAll(' ', '\\ ')},public`,
  };
}
