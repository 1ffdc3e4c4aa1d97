import type { SQL } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/node-postgres';
import type { PgDatabase, PgQueryResultHKT } from 'drizzle-orm/pg-core';
import type pg from 'pg';
import { type ConnectionOptions, checkAccess, findPooler, openPool } from '../engine/connection.ts';
import { Outage } from '../engine/outage.ts';
import { checkSchema, createSchema } from '../engine/schema.ts';
import { Store } from '../engine/store.ts';
import { retryAtStart } from '../engine/with-retries.ts';
import type { Log } from '../log.ts';
import { type DatabasePort, resolveDatabase } from '../ports.ts';

/** The database as modules see it, for their own tables. */
export type Db = PgDatabase<PgQueryResultHKT, Record<string, never>>;

/** The database of a host, with the tables of the runtime. */
export interface Database {
  /** Uses the pool, too. */
  readonly db: Db;
  readonly pool: pg.Pool;
  readonly store: Store;
  readonly connection: ConnectionOptions;
  /** Whether no other process uses the database: this one has just started its server. */
  readonly isAlone: boolean;
  /** The data of an embedded host of version 0.1, as a file. */
  readonly oldData: string | undefined;
  /** Throws `DatabaseUnavailable` if the database does not answer, or if the runtime can't read and write its tables. */
  checkAccess(): Promise<void>;
  close(): Promise<void>;
}

/** How a host uses its database. */
export interface DatabaseOptions {
  /** Identifies the host: its processes share an embedded database. */
  readonly application: string;
  /** The schema of the runtime's tables. Default: `ai`. */
  readonly schema?: string | undefined;
  /** The same database without a transaction pooler in between. */
  readonly directUrl?: string | undefined;
  /** How long the start waits for a database that doesn't answer. Default: 30. */
  readonly startSeconds?: number | undefined;
  /** Whether the application creates the tables; then they are only checked. */
  readonly checkOnly?: boolean;
  /** Whether connections keep the process alive; by default they do. */
  readonly unref?: boolean;
  /** Default: a new one. */
  readonly outage?: Outage | undefined;
}

/** Connects to the database, or starts the embedded one, and creates the tables of the runtime. */
export async function openDatabase(given: DatabasePort, options: DatabaseOptions, log: Log): Promise<Database> {
  const { application, schema = 'ai', directUrl, startSeconds, checkOnly = false, unref = false } = options;
  const port = resolveDatabase(given);
  const embedded = 'url' in port ? undefined : await startServer(port.embeddedIn, application, log);
  const server = embedded?.server;
  const connection = {
    get url() {
      return 'url' in port ? port.url : (server?.url ?? '');
    },
    schema,
    directUrl,
    isPooled: directUrl !== undefined,
    isPreparing: !checkOnly,
    unref,
    outage: options.outage ?? new Outage(log),
  };
  let pool: pg.Pool | undefined;
  const close = async () => {
    await pool?.end();
    await server?.stop();
  };
  try {
    if (!server && !directUrl && (await retryAtStart(() => findPooler(connection), startSeconds))) {
      connection.isPooled = true;
      log.warn(POLLING);
    }
    const opened = openPool(connection);
    pool = opened;
    const prepare = checkOnly ? checkSchema : createSchema;
    await retryAtStart(() => prepare(opened, schema), startSeconds);
    connection.isPreparing = false;
    const db = drizzle(opened) as unknown as Db;
    const store = new Store(opened, schema);
    return {
      db,
      pool: opened,
      store,
      connection,
      isAlone: server?.isOwner === true,
      oldData: embedded?.oldData,
      checkAccess: () => checkAccess(opened, connection),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

const POLLING =
  'the database URL goes through a transaction pooler: processes look for work every second. Set AI_DIRECT_DATABASE_URL';

/** The code of the embedded server is loaded only if it is needed. */
async function startServer(dataDir: string, application: string, log: Log) {
  const { startEmbeddedPostgres } = await import('../postgres/embedded.ts');
  const { exportIn, makeRoomBesideOldData } = await import('../postgres/old-data.ts');
  makeRoomBesideOldData(dataDir);
  const server = await startEmbeddedPostgres({ dataDir, application, report: (message) => log.warn(message) });
  return { server, oldData: exportIn(dataDir) };
}

/** The rows of a hand-written statement, untyped. */
export async function rowsOf<T>(db: Pick<Db, 'execute'>, statement: SQL): Promise<T[]> {
  return ((await db.execute(statement)) as unknown as { rows: T[] }).rows;
}
