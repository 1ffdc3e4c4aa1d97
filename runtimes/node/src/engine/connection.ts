import pg from 'pg';
import { PermanentError, TransientError } from '../errors.ts';
import { DatabaseUnavailable, findUnavailable, isRefused, type Outage, SchemaLost } from './outage.ts';
import { createdBy, LEDGER_TABLE, readSql, runtimeMigrations } from './sql-files.ts';

/** How to reach a PostgreSQL database. */
export interface ConnectionOptions {
  /** Such as `postgresql://user@host/name`, or `postgresql:///name?host=/folder` for a Unix socket. */
  readonly url: string;
  /** The schema of the runtime's tables. Other names are looked up in `public`. */
  readonly schema: string;
  /** The same database without a transaction pooler in between. */
  readonly directUrl?: string | undefined;
  /**
   * Whether `url` goes through a pooler in transaction mode, such as PgBouncer. Connections then have no prepared
   * statements with names, and settings are set in each transaction.
   */
  readonly isPooled?: boolean;
  /** At most this many connections, beside one that listens. */
  readonly poolSize?: number;
  /** Whether connections keep the process alive; by default they do. */
  readonly unref?: boolean;
  /** Reports when the database is unavailable and when it answers again. */
  readonly outage?: Outage;
}

const CONNECT_TIMEOUT_MS = 2_000;
/** The server ends a statement after this time; the client stops waiting a little later, in case the server hangs. */
const STATEMENT_TIMEOUT_MS = 4_000;

/** The pool that all queries of a process use. Its errors are `DatabaseUnavailable` if the same query may succeed later. */
export function openPool(options: ConnectionOptions): pg.Pool {
  /** Reads the URL again: an embedded database that was killed has another one afterwards. */
  class Client extends pg.Client {
    constructor() {
      super(clientConfig(options));
    }
  }
  const allowExitOnIdle = options.unref === true;
  const pool = new pg.Pool({ ...clientConfig(options), max: options.poolSize ?? 6, allowExitOnIdle, Client });
  // A connection that breaks emits an error, also while it is idle. The pool replaces it, and queries report their own.
  pool.on('error', () => {});
  pool.on('connect', (client) => {
    client.on('error', () => {});
    if (options.isPooled) configureTransactions(client, options);
    translateErrors(client, 'query', options, findLoss);
  });
  if (options.isPooled) queryInTransactions(pool);
  const ask = pool.query.bind(pool);
  const findLoss = async () => {
    const names = [LEDGER_TABLE, ...createdBy(await runtimeMigrations())];
    const { rows } = await ask<{ name: string }>(await readSql('lost.sql'), [options.schema, names]);
    const lost = rows.map(({ name }) => name);
    if (lost.length === 0) return undefined;
    return `the schema ${options.schema} ${lost.includes(LEDGER_TABLE) ? 'was dropped' : `lacks ${lost.join(', ')}`}`;
  };
  translateErrors(pool, 'connect', options, findLoss);
  translateErrors(pool, 'query', options, findLoss);
  return pool;
}

/** Behind a pooler each transaction may have another connection to the server: it sets what it needs at its begin. */
function configureTransactions(client: pg.PoolClient, options: ConnectionOptions): void {
  const query = client.query.bind(client) as (config: object) => Promise<unknown>;
  const text = "select set_config('search_path', $1, true), set_config('statement_timeout', $2, true)";
  const settings = { text, values: [searchPath(options), String(STATEMENT_TIMEOUT_MS)] };
  Object.assign(client, {
    query: async (given: string | pg.QueryConfig, values?: unknown[]) => {
      const { name: _, ...config } = typeof given === 'string' ? { text: given } : given;
      const answer = await query({ ...config, ...(values && { values }) });
      if (/^\s*begin\b/i.test(config.text)) await query(settings);
      return answer;
    },
  });
}

function queryInTransactions(pool: pg.Pool): void {
  const query = async (given: pg.QueryConfig, values?: unknown[]) => {
    const client = await pool.connect();
    let isBroken = true;
    try {
      await client.query('begin');
      const answer = await client.query(given, values).catch(async (error) => {
        await client.query('rollback');
        isBroken = false;
        throw error;
      });
      await client.query('commit');
      isBroken = false;
      return answer;
    } finally {
      client.release(isBroken);
    }
  };
  Object.assign(pool, { query });
}

/**
 * Whether the URL goes through a pooler in transaction mode: those refuse or ignore the settings of a connection. Throws
 * `DatabaseUnavailable`.
 */
export async function findPooler(options: ConnectionOptions): Promise<boolean> {
  const client = new pg.Client(clientConfig(options));
  client.on('error', () => {});
  try {
    await client.connect();
    const { rows } = await client.query("select current_setting('search_path') as path");
    return rows[0].path !== searchPath(options);
  } catch (error) {
    if (/unsupported startup parameter/.test((error as Error).message)) return true;
    throw isUnavailable(error) ? reportUnavailable(error, options) : error;
  } finally {
    client.end().catch(() => {});
  }
}

/** Whether messages can be received. If not, processes poll. */
export function canListen({ isPooled, directUrl }: ConnectionOptions): boolean {
  return !isPooled || directUrl !== undefined;
}

/** `since` is when the failed call began, by `performance.now()`. */
export function reportUnavailable(error: unknown, options: ConnectionOptions, since?: number): DatabaseUnavailable {
  const unavailable = new DatabaseUnavailable(addressOf(options), error);
  options.outage?.report(unavailable, since);
  return unavailable;
}

function addressOf({ url }: ConnectionOptions): string {
  const { host, port, database } = new pg.Client(url);
  return `${host}:${port}/${database}`;
}

/** Errors of a schema, a table or a function that does not exist. */
const MISSING = ['3F000', '42P01', '42883'];

/** What was dropped of the runtime, as a sentence. */
type FindLoss = () => Promise<string | undefined>;

/** The error of a call whose cause is that something of the runtime was dropped; any other error is returned as it is. */
async function explainMissing(error: unknown, options: ConnectionOptions, findLoss: FindLoss) {
  const { code = '' } = Object(error) as { code?: string };
  const loss = MISSING.includes(code) ? await findLoss().catch(() => undefined) : undefined;
  if (loss === undefined) return error;
  const lost = new SchemaLost(addressOf(options), loss, error);
  options.outage?.report(lost);
  return lost;
}

/** Replaces a method, for calls that return a promise. */
function translateErrors<M extends string>(
  target: Record<M, unknown>,
  method: M,
  options: ConnectionOptions,
  findLoss: FindLoss,
): void {
  const original = target[method] as (...args: unknown[]) => unknown;
  target[method] = (...args: unknown[]) => {
    const since = performance.now();
    const answer = original.apply(target, args);
    if (!(answer instanceof Promise)) return answer;
    return answer.then(
      (value) => {
        options.outage?.end();
        return value;
      },
      async (error) => {
        if (findUnavailable(error)) throw error;
        if (!isUnavailable(error)) throw await explainMissing(error, options, findLoss);
        throw reportUnavailable(error, options, since);
      },
    );
  };
}

/** A connection of its own without a pooler, for LISTEN. Not connected yet. */
export function newClient(options: ConnectionOptions): pg.Client {
  const client = new pg.Client(clientConfig({ ...options, url: options.directUrl ?? options.url, isPooled: false }));
  client.on('error', () => {});
  return client;
}

/** A name in double quotes, such as a schema. */
export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** Whether the database can't be reached or can't answer now, so that the same call may succeed later. */
export function isUnavailable(error: unknown): boolean {
  // What a module throws, whatever its code says.
  if (error instanceof TransientError || error instanceof PermanentError) return false;
  if (findUnavailable(error)) return true;
  const { code = '', message = '' } = Object(error) as { code?: string; message?: string };
  return (
    isRefused(error) ||
    // Connection errors, deadlocks, insufficient resources, shutdown, timeouts, and errors such as a full disk.
    /^(08|40|53|57|58)/.test(code) ||
    code === '25006' ||
    // The tables were dropped and created again: another connection prepares its statements again.
    /cached plan must not change result type|after calling end on the pool/.test(message) ||
    /^E[A-Z]+$/.test(code) ||
    /timeout|Connection terminated|Query read timeout|Client has encountered a connection error/i.test(message)
  );
}

function searchPath({ schema }: ConnectionOptions): string {
  return `${quoteName(schema)}, public`;
}

function clientConfig(options: ConnectionOptions): pg.ClientConfig {
  const settings = `-c statement_timeout=${STATEMENT_TIMEOUT_MS} -c search_path=${searchPath(options).replaceAll(' ', '\\ ')}`;
  return {
    connectionString: options.url,
    keepAlive: true,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    query_timeout: STATEMENT_TIMEOUT_MS + 500,
    // Poolers refuse most settings at the start of a connection.
    ...(options.isPooled ? {} : { options: settings }),
  };
}
