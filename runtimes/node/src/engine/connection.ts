import pg from 'pg';

/** How to reach a PostgreSQL database. */
export interface ConnectionOptions {
  /** Such as `postgresql://user@host/name`, or `postgresql:///name?host=/folder` for a Unix socket. */
  readonly url: string;
  /** The schema of the runtime's tables. Other names are looked up in `public`. */
  readonly schema: string;
  /** At most this many connections, beside one that listens. */
  readonly poolSize?: number;
}

const CONNECT_TIMEOUT_MS = 2_000;
/** The server ends a statement after this time; the client stops waiting a little later, in case the server hangs. */
const STATEMENT_TIMEOUT_MS = 4_000;

/** The pool that all queries of a process use. */
export function openPool(options: ConnectionOptions): pg.Pool {
  const pool = new pg.Pool({ ...clientConfig(options), max: options.poolSize ?? 10 });
  // A connection that breaks emits an error, also while it is idle. The pool replaces it, and queries report their own.
  pool.on('error', () => {});
  pool.on('connect', (client) => client.on('error', () => {}));
  return pool;
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
  const { code = '', message = '' } = Object(error) as { code?: string; message?: string };
  return (
    // Connection errors, insufficient resources, shutdown, timeouts, and errors of the system such as a full disk.
    /^(08|53|57|58)/.test(code) ||
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
