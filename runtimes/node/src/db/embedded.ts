import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { drizzle } from 'drizzle-orm/pglite';
import type { Database, Db } from './database.ts';
import { failInsteadOfDeadlock } from './deadlock-guard.ts';
import { lockFolder } from './folder-lock.ts';
import { IN_MEMORY } from './in-memory.ts';
import { PglitePool } from './pglite-pool.ts';
import { isInitialised, readTemplate } from './template-folder.ts';

/** PostgreSQL inside this process, in `dataDir`. One process per folder: a second one is refused. */
export async function openEmbedded(dataDir: string): Promise<Database> {
  const inMemory = dataDir === IN_MEMORY;
  const unlock = inMemory ? () => {} : lockFolder(dataDir);
  const folder = inMemory ? undefined : join(dataDir, 'pg');
  const lite = await openSession(folder).catch((error) => {
    unlock();
    throw error;
  });
  failInsteadOfDeadlock(lite);
  return {
    db: drizzle(lite) as unknown as Db,
    pool: new PglitePool(lite),
    exclusively: (action) => action(),
    async execute(sql) {
      await lite.exec(sql);
    },
    async close() {
      await lite.close();
      unlock();
    },
  };
}

async function openSession(folder: string | undefined): Promise<PGlite> {
  const lite = await PGlite.create({
    ...(folder && { dataDir: folder }),
    ...(!isInitialised(folder) && { loadDataDir: await readTemplate() }),
  });
  await lite.exec('set search_path = public, bullmq');
  return lite;
}
