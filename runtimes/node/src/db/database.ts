import type { SQL } from 'drizzle-orm';
import type { PgDatabase, PgQueryResultHKT } from 'drizzle-orm/pg-core';
import type pg from 'pg';
import type { DatabasePort } from '../ports.ts';
import type { PglitePool } from './pglite-pool.ts';

/** The one drizzle type of both drivers: nothing above this folder knows which database is behind it. */
export type Db = PgDatabase<PgQueryResultHKT, Record<string, never>>;

export interface Database {
  readonly db: Db;
  /** For the task queue, which speaks `pg`. */
  readonly pool: pg.Pool | PglitePool;
  /** Runs `action` while no other process does so under the same lock. */
  exclusively<T>(action: () => Promise<T>): Promise<T>;
  /** Runs text that may hold several statements. */
  execute(sql: string): Promise<void>;
  close(): Promise<void>;
}

/** Opens the database of a host. The code of the other kind is not loaded. */
export async function openDatabase(port: DatabasePort): Promise<Database> {
  if ('url' in port) return (await import('./postgres.ts')).openPostgres(port.url);
  return (await import('./embedded.ts')).openEmbedded(port.embeddedIn);
}

/** The rows of a hand-written statement; both drivers return them in the same place, untyped. */
export async function rowsOf<T>(db: Pick<Db, 'execute'>, statement: SQL): Promise<T[]> {
  return ((await db.execute(statement)) as unknown as { rows: T[] }).rows;
}
