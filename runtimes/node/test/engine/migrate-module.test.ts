import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { migrateModule } from '../../src/engine/schema.ts';
import { SCHEMA, testDatabase } from './test-database.ts';

const { pool } = await testDatabase();
const folder = await mkdtemp(join(tmpdir(), 'migrations-'));
afterAll(() => rm(folder, { recursive: true }));

it('waits for a migration that takes longer than other statements may', async () => {
  await writeFile(join(folder, '0001_slow.sql'), 'select pg_sleep(6); create table slow (id int);');
  await migrateModule(pool, SCHEMA, 'slow', folder);
  expect((await pool.query('select from slow')).rowCount).toBe(0);
});
