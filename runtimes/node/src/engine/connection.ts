import pg from 'pg';
import { PermanentError, TransientError } from '../errors.ts';
import {
  CHECK,
  CONNECT,
  DatabaseForbidden,
  DatabaseReadOnly,
  DatabaseUnavailable,
  findUnavailable,
  isRefused,
  type Outage,
  SchemaLost,
} from './outage.ts';
import { ACCESS, createdBy, LEDGER_TABLE, readSql, runtimeMigrations } from './sql-files.ts';

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
  /** Whether the tables are being created: the caller says what is missing or not permitted. */
  readonly isPreparing?: boolean;
  /** Reports what is wrong with the database. */
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
    translateErrors(client, 'query', options, find);
  });
  if (options.isPooled) queryInTransactions(pool);
  const ask = pool.query.bind(pool);
  const find: FindProblem = (cause, call) => findProblem(ask, options, cause, call);
  translateErrors(pool, 'connect', options, find);
  translateErrors(pool, 'query', options, find);
  return pool;
}

/** Throws `DatabaseUnavailable` if the database does not answer, or if the runtime can't read and write its tables. */
export async function checkAccess(pool: pg.Pool, options: ConnectionOptions): Promise<void> {
  const problem = await findProblem(pool.query.bind(pool), options, undefined, CHECK);
  if (!problem) return options.outage?.accessible();
  options.outage?.report(problem);
  throw problem;
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
export function reportUnavailable(
  error: unknown,
  options: ConnectionOptions,
  since?: number,
  call?: string,
): DatabaseUnavailable {
  const unavailable = new DatabaseUnavailable(addressOf(options), error, call);
  options.outage?.report(unavailable, since);
  return unavailable;
}

function addressOf({ url }: ConnectionOptions): string {
  const { host, port, database } = new pg.Client(url);
  return `${host}:${port}/${database}`;
}

/** What is missing or not permitted has one of these codes; so has a wrong statement of a module. */
const MAYBE_NO_ACCESS = /^(3F|42)/;

interface AccessRow {
  readonly problem: 'missing' | 'forbidden' | 'read_only';
  readonly text: string;
}

/** What keeps the runtime from using its tables. */
type FindProblem = (cause: unknown, call: string) => Promise<DatabaseUnavailable | undefined>;

async function findProblem(query: pg.Pool['query'], options: ConnectionOptions, cause?: unknown, call?: string) {
  const names = [LEDGER_TABLE, ...createdBy(await runtimeMigrations())];
  const { rows } = await query<AccessRow>(await readSql(ACCESS), [options.schema, names]);
  const textsOf = (problem: AccessRow['problem']) =>
    rows.filter((row) => row.problem === problem).map(({ text }) => text);
  const [missing, forbidden] = [textsOf('missing'), textsOf('forbidden')];
  if (missing.length > 0) {
    const isDropped = missing.includes(LEDGER_TABLE);
    const what = isDropped ? 'was dropped' : `lacks ${missing.join(', ')}`;
    return new SchemaLost(addressOf(options), `the schema ${options.schema} ${what}`, cause, call);
  }
  if (forbidden.length > 0) return new DatabaseForbidden(addressOf(options), forbidden.join('; '), cause, call);
  return textsOf('read_only').length > 0 ? new DatabaseReadOnly(addressOf(options), cause, call) : undefined;
}

/** The error of a call whose cause is that the runtime can't use its tables; any other error is returned as it is. */
async function explain(error: unknown, options: ConnectionOptions, find: FindProblem, since: number, call: string) {
  const { code = '' } = Object(error) as { code?: string };
  if (options.isPreparing || !MAYBE_NO_ACCESS.test(code)) return error;
  const problem = await find(error, call).catch((failed) =>
    isUnavailable(failed) ? new DatabaseUnavailable(addressOf(options), failed, call) : undefined,
  );
  if (problem) options.outage?.report(problem);
  // An administrator was quicker.
  else if (options.outage?.lackedAccess(since)) return new DatabaseUnavailable(addressOf(options), error, call);
  return problem ?? error;
}

/** Replaces a method, for calls that return a promise. */
function translateErrors<M extends string>(
  target: Record<M, unknown>,
  method: M,
  options: ConnectionOptions,
  find: FindProblem,
): void {
  const original = target[method] as (...args: unknown[]) => unknown;
  target[method] = (...args: unknown[]) => {
    const since = performance.now();
    const call = method === CONNECT ? CONNECT : textOf(args[0]);
    const answer = original.apply(target, args);
    if (!(answer instanceof Promise)) return answer;
    return answer.then(
      (value) => {
        options.outage?.answered(call);
        return value;
      },
      async (error) => {
        if (findUnavailable(error)) throw error;
        // The calls that use the connections report why they take so long.
        if (isWithoutConnection(error, target)) throw new DatabaseUnavailable(addressOf(options), error, call);
        if (!isUnavailable(error)) throw await explain(error, options, find, since, call);
        throw reportUnavailable(error, options, since, call);
      },
    );
  };
}

/** Whether a call waited for a connection of a pool in vain, although there are as many as there may be. */
function isWithoutConnection(error: unknown, target: unknown): boolean {
  return (
    target instanceof pg.Pool &&
    /timeout exceeded when trying to connect/.test((error as Error).message) &&
    target.totalCount >= target.options.max
  );
}

function textOf(query: unknown): string {
  return typeof query === 'string' ? query : String(Object(query).text);
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
    // A server that has become read-only, and a role with a `lock_timeout`.
    ['25006', '55P03'].includes(code) ||
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
