import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { afterAll } from 'vitest';
import { openPool } from '../../src/engine/connection.ts';
import { createSchema } from '../../src/engine/schema.ts';
import { Store } from '../../src/engine/store.ts';
import { log } from './silent-log.ts';

const SERVER = process.env.AI_TEST_DATABASE_URL ?? 'postgresql://postgres@/postgres?host=/tmp/sqlt/pg&port=5999';
export const SCHEMA = 'ai';
export { log };

/** An empty database with the tables of the runtime; dropped after the tests of the file. */
export async function testDatabase() {
  const name = `test_${randomUUID().replaceAll('-', '')}`;
  const server = new pg.Client(SERVER);
  await server.connect();
  await server.query(`create database ${name}`);
  const url = SERVER.replace('/postgres?', `/${name}?`);
  const connection = { url, schema: SCHEMA };
  const pool = openPool(connection);
  await createSchema(pool, SCHEMA);
  afterAll(async () => {
    await pool.end();
    await server.query(`drop database ${name} with (force)`);
    await server.end();
  });
  return { url, connection, pool, server, store: new Store(pool, SCHEMA) };
}
