import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { startEmbeddedPostgres } from '../../src/postgres/embedded.ts';
import { eventually, mount, query, remount, startHost, tempFolder, useHosts } from './host.ts';

useHosts();

const application = 'first';
const because = (reason: string) =>
  `Set AI_DATABASE_URL to a PostgreSQL database: the embedded one can't run here, because ${reason}.`;

/** Fills a disk to the last byte. */
function fill(file: string): void {
  for (const size of [65_536, 4096, 1]) {
    try {
      for (;;) writeFileSync(file, Buffer.alloc(size), { flag: 'a' });
    } catch {
      // It is full.
    }
  }
}

it('asks for a database URL on a read-only disk, without and with data', async (context) => {
  const disk = mount(context, 'size=200m');
  const dataDir = join(disk, '.data');
  remount(disk, 'ro');
  await expect(startEmbeddedPostgres({ dataDir, application })).rejects.toMatchObject({
    code: 'data_folder',
    message: because(`the folder ${dataDir} is read-only`),
  });
  remount(disk, 'rw');
  await (await startEmbeddedPostgres({ dataDir, application })).stop();
  remount(disk, 'ro');
  await expect(startEmbeddedPostgres({ dataDir, application })).rejects.toMatchObject({
    code: 'data_folder',
    message: because(`the folder ${dataDir} is read-only`),
  });
});

it('asks for a database URL if the disk is too small, and leaves nothing', async (context) => {
  const disk = mount(context, 'size=12m');
  await expect(startEmbeddedPostgres({ dataDir: disk, application })).rejects.toMatchObject({
    code: 'disk_full',
    message: because(`no space is left for ${disk}`),
  });
  expect(readdirSync(disk)).toEqual([]);
});

it('keeps running on a full disk, and works again when there is space', async (context) => {
  const disk = mount(context, 'size=60m');
  const dataDir = join(disk, '.data');
  const server = await startEmbeddedPostgres({ dataDir, application });
  await query(server.url, 'create table kept (text text)');
  fill(join(disk, 'filler'));
  await expect(
    query(server.url, `insert into kept select repeat('x', 1000) from generate_series(1, 50000)`),
  ).rejects.toThrow();
  rmSync(join(disk, 'filler'));
  await eventually(
    async () => (await query(server.url, `insert into kept values ('later') returning text`)).length === 1,
    30,
  );
  await server.stop();
  fill(join(disk, 'filler'));
  await expect(startEmbeddedPostgres({ dataDir, application })).rejects.toMatchObject({ code: 'disk_full' });
  rmSync(join(disk, 'filler'));
  const again = await startEmbeddedPostgres({ dataDir, application });
  expect(await query(again.url, `select text from kept where text = 'later'`)).toEqual([{ text: 'later' }]);
  await again.stop();
});

it('uses another folder if the temporary folder is too small for a socket', async (context) => {
  const small = mount(context, 'size=4k');
  const host = await startHost({ dataDir: tempFolder() }, [], { TMPDIR: small });
  expect(host.host).toMatch(/^\/tmp\/ai-pg-/);
  await host.end();
  expect(readdirSync(small)).toEqual([]);
});

it('asks for a database URL if no temporary folder can be used', async (context) => {
  mount(context, 'size=4k');
  const readOnlyTemp = ['unshare', '-m', 'sh', '-c', 'mount -t tmpfs -o ro tmpfs /tmp && exec "$0" "$@"'];
  const folder = tempFolder('/var/tmp');
  const near = await startHost({ dataDir: join(folder, 'near') }, readOnlyTemp, { TMPDIR: '/tmp' });
  expect(near.message ?? near.host).toContain(join(folder, 'near/ai-pg-'));
  await near.end();
  const far = await startHost({ dataDir: join(folder, 'far'.repeat(40)) }, readOnlyTemp, { TMPDIR: '/tmp' });
  expect(far.message).toBe(because("the temporary folder /tmp can't be used (EROFS)"));
});

it('asks for a database URL if the data is of another version, and leaves it', async () => {
  const dataDir = tempFolder();
  mkdirSync(join(dataDir, 'pg'));
  writeFileSync(join(dataDir, 'pg/PG_VERSION'), '17\n');
  await expect(startEmbeddedPostgres({ dataDir, application })).rejects.toMatchObject({
    code: 'other_version',
    message: because(`the data in ${dataDir}/pg is of PostgreSQL 17, and this is PostgreSQL 18`),
  });
  expect(readFileSync(join(dataDir, 'pg/PG_VERSION'), 'utf8')).toBe('17\n');
});

it('asks for a database URL if the folder contains other files', async () => {
  const dataDir = tempFolder();
  mkdirSync(join(dataDir, 'pg'));
  writeFileSync(join(dataDir, 'pg/notes.txt'), '');
  await expect(startEmbeddedPostgres({ dataDir, application })).rejects.toMatchObject({
    code: 'data_folder',
    message: because(`the folder ${dataDir}/pg contains other files`),
  });
});

it('reports what PostgreSQL says about damaged data', async () => {
  const dataDir = tempFolder();
  await (await startEmbeddedPostgres({ dataDir, application })).stop();
  rmSync(join(dataDir, 'pg/global/pg_control'));
  const failure = { code: 'failed', message: expect.stringContaining('pg_control') };
  await expect(startEmbeddedPostgres({ dataDir, application })).rejects.toMatchObject(failure);
});
