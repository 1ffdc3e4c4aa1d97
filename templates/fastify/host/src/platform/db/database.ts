import type { SQL } from 'drizzle-orm';
import type { PgDatabase, PgQueryResultHKT } from 'drizzle-orm/pg-core';
import type pg from 'pg';
import type { HostConfig } from '../config.ts';
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

/** Opens PostgreSQL when `DATABASE_URL` is set, the embedded database otherwise. */
export async function openDatabase(config: HostConfig): Promise<Database> {
  if (config.DATABASE_URL) return (await import('./postgres.ts')).openPostgres(config.DATABASE_URL);
  return (await import('./embedded.ts')).openEmbedded(config.DATA_DIR);
}

/** The rows of a hand-written statement; both drivers return them in the same place, untyped. */
export async function rowsOf<T>(db: Pick<Db, 'execute'>, statement: SQL): Promise<T[]> {
  return ((await db.execute(statement)) as unknown as { rows: T[] }).rows;
}
