import type { SQL } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/node-postgres';
import type { PgDatabase, PgQueryResultHKT } from 'drizzle-orm/pg-core';
import type pg from 'pg';
import { type ConnectionOptions, openPool } from '../engine/connection.ts';
import { Outage } from '../engine/outage.ts';
import { createSchema } from '../engine/schema.ts';
import { Store } from '../engine/store.ts';
import type { Log } from '../log.ts';
import type { DatabasePort } from '../ports.ts';

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
  close(): Promise<void>;
}

const SCHEMA = 'ai';

/**
 * Connects to the database, or starts the embedded one, and creates the tables of the runtime. `application` identifies
 * the host: its processes share an embedded database.
 */
export async function openDatabase(port: DatabasePort, application: string, log: Log): Promise<Database> {
  const server = 'url' in port ? undefined : await startServer(port.embeddedIn, application, log);
  const url = 'url' in port ? port.url : (server?.url ?? '');
  const connection = { url, schema: SCHEMA, outage: new Outage(log) };
  const pool = openPool(connection);
  const close = async () => {
    await pool.end();
    await server?.stop();
  };
  try {
    await createSchema(pool, SCHEMA);
  } catch (error) {
    await close();
    throw error;
  }
  const db = drizzle(pool) as unknown as Db;
  const store = new Store(pool, SCHEMA);
  return { db, pool, store, connection, isAlone: server?.isOwner === true, oldData: server?.oldData, close };
}

/** The code of the embedded server is loaded only if it is needed. */
async function startServer(dataDir: string, application: string, log: Log) {
  const { startEmbeddedPostgres } = await import('../postgres/embedded.ts');
  const { exportIn, makeRoomBesideOldData } = await import('../postgres/old-data.ts');
  makeRoomBesideOldData(dataDir);
  const server = await startEmbeddedPostgres({ dataDir, application, report: (message) => log.warn(message) });
  return { ...server, oldData: exportIn(dataDir) };
}

/** The rows of a hand-written statement, untyped. */
export async function rowsOf<T>(db: Pick<Db, 'execute'>, statement: SQL): Promise<T[]> {
  return ((await db.execute(statement)) as unknown as { rows: T[] }).rows;
}
