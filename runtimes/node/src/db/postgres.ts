import { runMigrations } from 'bullmq';
import { drizzle } from 'drizzle-orm/node-postgres';
import pg from 'pg';
import type { Database, Db } from './database.ts';

/** Any number will do, as long as every process of this application uses the same one. */
const MIGRATION_LOCK = 872_343;

/** The queue holds one listening connection per worker, so its pool is wider than the other. */
const POOL_SIZE = { queries: 10, queue: 60 };

export async function openPostgres(url: string): Promise<Database> {
  const queries = new pg.Pool({ connectionString: url, max: POOL_SIZE.queries, keepAlive: true });
  const queue = new pg.Pool({
    connectionString: url,
    max: POOL_SIZE.queue,
    keepAlive: true,
    options: '-c search_path=bullmq,public',
  });
  // A connection that drops emits an error, idle or not, which would end the process. The pool replaces the
  // connection, and queries report their own.
  for (const pool of [queries, queue]) {
    pool.on('error', () => {});
    pool.on('connect', (client) => client.on('error', () => {}));
  }

  const database: Database = {
    db: drizzle(queries) as unknown as Db,
    pool: queue,
    async exclusively(action) {
      const client = await queries.connect();
      try {
        await client.query('select pg_advisory_lock($1)', [MIGRATION_LOCK]);
        return await action();
      } finally {
        await client.query('select pg_advisory_unlock($1)', [MIGRATION_LOCK]).catch(() => {});
        client.release();
      }
    },
    async execute(sql) {
      await queries.query(sql);
    },
    async close() {
      await Promise.all([queries.end(), queue.end()]);
    },
  };
  await migrateQueue(queue).catch(async (error) => {
    await database.close();
    throw error;
  });
  return database;
}

async function migrateQueue(pool: pg.Pool): Promise<void> {
  const client = await pool.connect();
  try {
    await runMigrations(client);
  } finally {
    client.release();
  }
}
