import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { afterAll } from 'vitest';
import { openPool } from '../../src/engine/connection.ts';
import { createSchema } from '../../src/engine/schema.ts';
import { Store } from '../../src/engine/store.ts';
import { createTestDatabase, type TestDatabase } from '../../src/testing/test-database.ts';
import { log } from './silent-log.ts';

export const SCHEMA = 'ai';
export { log };

/** An empty database with the tables of the runtime; dropped after the tests of the file. */
export async function testDatabase() {
  const { url, drop } = await createDatabase(process.env.AI_TEST_DATABASE_URL);
  const connection = { url, schema: SCHEMA };
  const pool = openPool(connection);
  await createSchema(pool, SCHEMA);
  const server = new pg.Client(url);
  await server.connect();
  afterAll(async () => {
    await pool.end();
    await server.end();
    await drop();
  });
  return { url, connection, pool, server, store: new Store(pool, SCHEMA) };
}

/** Uses another server than that of this run, such as another version of PostgreSQL. */
async function createDatabase(server: string | undefined): Promise<TestDatabase> {
  if (server === undefined) return createTestDatabase();
  const name = `test_${randomUUID().replaceAll('-', '')}`;
  const client = new pg.Client(server);
  await client.connect();
  await client.query(`create database ${name}`);
  const drop = async () => {
    await client.query(`drop database ${name} with (force)`);
    await client.end();
  };
  return { url: server.replace('/postgres?', `/${name}?`), drop };
}
