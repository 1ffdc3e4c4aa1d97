import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'drizzle-orm';
import { afterAll, describe, expect, it } from 'vitest';
import { rowsOf } from '../src/db/database.ts';
import { openEmbedded } from '../src/db/embedded.ts';
import { lockFolder } from '../src/db/folder-lock.ts';
import { IN_MEMORY } from '../src/db/in-memory.ts';
import { migrate } from '../src/db/migrations.ts';

const database = await openEmbedded(IN_MEMORY);
const { db, pool } = database;
const folder = mkdtempSync(join(tmpdir(), 'host-'));

afterAll(async () => {
  await database.close();
  rmSync(folder, { recursive: true, force: true });
});

describe('a query inside a transaction that does not use it', () => {
  it('throws instead of waiting for ever', async () => {
    await expect(db.transaction(async () => pool.query('select 1') as Promise<unknown>)).rejects.toThrow(/deadlock/);
    const nested = db.transaction(() => db.execute(sql`select 1`));
    await expect(nested).rejects.toMatchObject({ cause: { message: expect.stringMatching(/deadlock/) } });
  });

  it('is fine through the transaction, and once it is over', async () => {
    let later: () => Promise<unknown> = async () => {};
    await db.transaction(async (tx) => {
      later = () => db.execute(sql`select 2`);
      await tx.execute(sql`select 1`);
    });
    await later();
  });
});

describe('migrations', () => {
  const write = (file: string, text: string) => writeFileSync(join(folder, file), text);
  const count = async () => (await rowsOf<{ n: number }>(db, sql`select count(*)::int as n from things`))[0]?.n;

  it('run once each, in order', async () => {
    write('0001_things.sql', 'create table things (id int);\ninsert into things values (1); -- a comment');
    await migrate(database, 'tests', folder);
    write('0002_more.sql', 'insert into things values (2);\n');
    await migrate(database, 'tests', folder);
    await migrate(database, 'tests', folder);
    expect(await count()).toBe(2);
  });

  it('are applied whole or not at all', async () => {
    write('0003_broken.sql', 'insert into things values (3); insert into nowhere values (1);');
    await expect(migrate(database, 'tests', folder)).rejects.toThrow();
    expect(await count()).toBe(2);
  });
});

describe('the lock of a data folder', () => {
  it('keeps a second process out and survives a dead one', () => {
    const data = join(folder, 'data');
    const unlock = lockFolder(data);
    writeFileSync(join(data, 'host.lock'), String(process.ppid));
    expect(() => lockFolder(data)).toThrow(/in use by process/);
    writeFileSync(join(data, 'host.lock'), '999999999');
    lockFolder(data)();
    unlock();
  });
});
