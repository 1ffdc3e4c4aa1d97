import { chownSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { expect, it, type TestContext } from 'vitest';
import {
  asUser,
  eventually,
  libraryFolder,
  needsRoot,
  nobody,
  noProcessWith,
  processesWith,
  query,
  readableApp,
  startHost,
  tempFolder,
  useHosts,
} from './host.ts';

useHosts();

/** Starts a host as a user: PostgreSQL's own start refuses root. */
function prepare(context: TestContext) {
  needsRoot(context);
  const dataDir = tempFolder();
  chownSync(dataDir, nobody, nobody);
  const from = readableApp();
  const env = { LD_LIBRARY_PATH: libraryFolder(from) };
  const start = (application = 'first') => startHost({ dataDir, application, from, isTcp: true }, asUser(nobody), env);
  return { dataDir, start };
}

it('listens on the loopback address with a password, and keeps its data', async (context) => {
  const { dataDir, start } = prepare(context);
  const host = await start();
  expect(host.message).toBeUndefined();
  expect(host.url).toMatch(/^postgresql:\/\/postgres:[0-9a-f]{48}@127\.0\.0\.1:\d+\/postgres$/);
  await query(host.url, 'create table kept as select 7 as number');
  await expect(query(host.url.replace(/:[0-9a-f]{48}@/, ':wrong@'), 'select 1')).rejects.toThrow(
    'authentication failed',
  );
  await host.end();
  await noProcessWith(dataDir);
  const again = await start();
  expect(await query(again.url, 'select number from kept')).toEqual([{ number: 7 }]);
  await again.end();
});

it('joins the server of the same application and refuses another one', async (context) => {
  const { start } = prepare(context);
  const [first, second] = await Promise.all([start(), start()]);
  expect([first.message, second.message]).toEqual([undefined, undefined]);
  expect([first.isOwner, second.isOwner].sort()).toEqual([false, true]);
  expect(second.url).toBe(first.url);
  const other = await start('/srv/other');
  expect(other.message).toContain('is in use by another application, first.');
  await (first.isOwner ? second : first).end();
  const owner = first.isOwner ? first : second;
  await query(owner.url, 'select 1');
  await owner.end();
});

it('waits while another process begins to start the server', async (context) => {
  const { dataDir, start } = prepare(context);
  await (await start()).end();
  const pidFile = join(dataDir, 'pg/postmaster.pid');
  writeFileSync(pidFile, '');
  const starting = start();
  await eventually(() => readdirSync(dataDir).some((name) => name.startsWith('pg-owner-')));
  await pause(500);
  rmSync(pidFile);
  const host = await starting;
  expect(host.message).toBeUndefined();
  await host.end();
});

it('ends after `kill -9` of the host, and starts again if its supervisor was killed too', async (context) => {
  const { dataDir, start } = prepare(context);
  const first = await start();
  await first.end('SIGKILL');
  await noProcessWith(dataDir);
  const second = await start();
  for (const pid of processesWith(`stop\0-s\0-m\0fast\0-D\0${dataDir}`)) process.kill(pid, 'SIGKILL');
  await second.end('SIGKILL');
  const third = await start();
  expect(third).toMatchObject({ isOwner: true });
  await third.end();
  expect(existsSync(join(dataDir, 'pg/postmaster.pid'))).toBe(false);
  expect(readFileSync(join(dataDir, 'pg/PG_VERSION'), 'utf8')).toBe('18\n');
});
