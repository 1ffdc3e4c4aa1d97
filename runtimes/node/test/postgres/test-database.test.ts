import { afterAll, beforeAll, expect, it } from 'vitest';
import { createTestDatabase, type DatabaseTemplate, startTestServer } from '../../src/testing/test-database.ts';
import { query } from './host.ts';

const serverOfThisRun = process.env.AI_TEST_DATABASE_SERVER;
let server: Awaited<ReturnType<typeof startTestServer>>;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(async () => {
  process.env.AI_TEST_DATABASE_SERVER = serverOfThisRun;
  await server.stop();
});

it('gives each test file an empty database', async () => {
  const first = await createTestDatabase();
  const second = await createTestDatabase();
  await query(first.url, 'create table only_here (number int)');
  await expect(query(second.url, 'select from only_here')).rejects.toThrow('does not exist');
  await first.drop();
  await expect(query(first.url, 'select 1')).rejects.toThrow('does not exist');
});

it('copies a template that is prepared once, also if several files ask for it at the same time', async () => {
  let prepared = 0;
  const template: DatabaseTemplate = {
    name: 'host "1"',
    prepare: async (url) => {
      prepared += 1;
      await query(url, 'create table numbers as select generate_series(1, 3) as number');
    },
  };
  const databases = await Promise.all([1, 2, 3, 4].map(() => createTestDatabase(template)));
  expect(prepared).toBe(1);
  await query(databases[0]!.url, 'delete from numbers');
  expect(await query(databases[1]!.url, 'select sum(number)::int from numbers')).toEqual([{ sum: 6 }]);
});

it('prepares a template again if that failed', async () => {
  const broken = { name: 'broken', prepare: () => Promise.reject(new Error('no tables')) };
  await expect(createTestDatabase(broken)).rejects.toThrow('no tables');
  const repaired = { name: 'broken', prepare: async (url: string) => void (await query(url, 'create table t ()')) };
  await query((await createTestDatabase(repaired)).url, 'select from t');
});
