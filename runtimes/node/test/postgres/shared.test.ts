import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { startEmbeddedPostgres } from '../../src/postgres/embedded.ts';
import {
  eventually,
  isNightly,
  noProcessWith,
  processesWith,
  query,
  serverOf,
  startHost,
  tempFolder,
  useHosts,
} from './host.ts';

useHosts();

const application = 'first';

it('shares one server between four processes that start at once', async () => {
  const dataDir = tempFolder();
  const hosts = await Promise.all([1, 2, 3, 4].map(() => startHost({ dataDir })));
  expect(hosts.map((host) => host.message ?? 'started')).toEqual(Array(4).fill('started'));
  expect(hosts.filter((host) => host.isOwner)).toHaveLength(1);
  expect(new Set(hosts.map((host) => host.url)).size).toBe(1);
  // The server outlives the process that started it.
  await hosts.find((host) => host.isOwner)!.end('SIGKILL');
  const [one, two, three] = hosts.filter((host) => !host.isOwner);
  await one!.end();
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect(await query(two!.url, 'select 1 as one')).toEqual([{ one: 1 }]);
  await two!.end('SIGKILL');
  await three!.end();
  expect(existsSync(dirname(three!.host))).toBe(false);
  expect(readdirSync(dataDir)).toEqual(['pg']);
  await noProcessWith(dataDir);
});

it('refuses a second application on the same folder, until the first one ends', async () => {
  const dataDir = tempFolder();
  const first = await startHost({ dataDir, application: '/srv/first' });
  const second = await startHost({ dataDir, application: '/srv/second' });
  expect(second.code).toBe('other_application');
  expect(second.message).toBe(
    `The database in ${dataDir}/pg is in use by another application, /srv/first. Set AI_DATA_DIR to a folder of this application.`,
  );
  await query(first.url, 'select 1');
  await first.end('SIGKILL');
  const third = await startEmbeddedPostgres({ dataDir, application: '/srv/second' });
  await third.stop();
});

it('ends the server after `kill -9` of the host, and starts again at once with the data', async () => {
  const dataDir = tempFolder();
  for (let round = 0; round < (isNightly ? 20 : 2); round += 1) {
    const host = await startHost({ dataDir });
    expect(host.message).toBeUndefined();
    await query(host.url, 'create table if not exists kept (round int)');
    await query(host.url, `insert into kept values (${round})`);
    await host.end('SIGKILL');
    if (round % 2 === 0) await noProcessWith(dataDir);
    if (round % 2 === 0) expect(existsSync(dirname(host.host))).toBe(false);
    const next = await startHost({ dataDir });
    expect(await query(next.url, 'select count(*)::int from kept')).toEqual([{ count: round + 1 }]);
    await next.end();
  }
});

it('starts the server again after `kill -9` of the database, at the same address', async () => {
  const dataDir = tempFolder();
  const server = await startEmbeddedPostgres({ dataDir, application });
  await query(server.url, 'create table kept as select 7 as number');
  for (let round = 0; round < (isNightly ? 10 : 1); round += 1) {
    const before = serverOf(dataDir)!;
    process.kill(before, 'SIGKILL');
    await eventually(async () => (await query(server.url, 'select number from kept'))[0]?.number === 7);
    expect(serverOf(dataDir)).not.toBe(before);
  }
  await server.stop();
  await noProcessWith(dataDir);
});

it('starts again after `kill -9` of host, database and supervisor', async () => {
  const dataDir = tempFolder();
  for (let round = 0; round < (isNightly ? 20 : 1); round += 1) {
    const host = await startHost({ dataDir });
    await query(host.url, 'create table if not exists kept (round int)');
    await query(host.url, `insert into kept values (${round})`);
    host.child.kill('SIGKILL');
    for (const pid of processesWith(dataDir)) kill(pid);
    const next = await startHost({ dataDir });
    expect(next.message).toBeUndefined();
    expect(await query(next.url, 'select count(*)::int from kept')).toEqual([{ count: round + 1 }]);
    expect(existsSync(dirname(host.host))).toBe(false);
    await next.end();
  }
});

it('stops an orphan: a server whose supervisor and host were killed', async () => {
  const dataDir = tempFolder();
  const host = await startHost({ dataDir });
  const orphan = serverOf(dataDir)!;
  for (const pid of processesWith('ai-module-runtime')) if (isSupervisorOf(pid, dataDir)) kill(pid);
  await host.end('SIGKILL');
  expect(processesWith(dataDir)).toContain(orphan);
  const server = await startEmbeddedPostgres({ dataDir, application });
  expect(serverOf(dataDir)).not.toBe(orphan);
  expect(existsSync(dirname(host.host))).toBe(false);
  await server.stop();
});

it('ignores a process id that another program has by now', async () => {
  const dataDir = tempFolder();
  await (await startEmbeddedPostgres({ dataDir, application })).stop();
  const file = join(dataDir, 'pg/postmaster.pid');
  for (const pid of [process.pid, 1]) {
    writeFileSync(file, `${pid}\n${dataDir}/pg\n1700000000\n5432\n/tmp/ai-pg-nowhere/s\n\n  1 2\nready   \n`);
    const server = await startEmbeddedPostgres({ dataDir, application });
    await query(server.url, 'select 1');
    await server.stop();
  }
});

it('creates the database again after its creation was interrupted', async () => {
  const dataDir = tempFolder();
  mkdirSync(join(dataDir, 'pg.new-4194304-abc/base'), { recursive: true });
  const creating = startHost({ dataDir });
  await eventually(() => readdirSync(dataDir).some((name) => /^pg\.new-(?!4194304)/.test(name)));
  for (const pid of processesWith('host-process.js'))
    if (pid !== process.pid && commandOf(pid).includes(dataDir)) kill(pid);
  await creating.catch(() => {});
  const server = await startEmbeddedPostgres({ dataDir, application });
  await query(server.url, 'select 1');
  await server.stop();
  await noProcessWith(dataDir);
});

it('ends the server if its data is removed or moved', async () => {
  const dataDir = tempFolder();
  const server = await startEmbeddedPostgres({ dataDir, application });
  renameSync(join(dataDir, 'pg'), join(dataDir, 'moved'));
  process.kill(Number(readFileSync(join(dataDir, 'moved/postmaster.pid'), 'utf8').split('\n')[0]), 'SIGKILL');
  await eventually(() => !existsSync(dirname(server.host)));
  await server.stop();
});

it('keeps the terminal signal of the host from the server', async () => {
  const host = await startHost({ dataDir: tempFolder() });
  const group = (pid: number) => execFileSync('ps', ['-o', 'pgid=', '-p', String(pid)], { encoding: 'utf8' }).trim();
  expect(group(serverOf(host.folder)!)).not.toBe(group(host.child.pid!));
  await host.end();
});

it('removes a temporary database when its host ends', async () => {
  const dataDir = join(tempFolder(), 'temporary');
  const host = await startHost({ dataDir, isTemporary: true });
  expect(statSync(join(dataDir, 'pg')).isDirectory()).toBe(true);
  await host.end('SIGKILL');
  await eventually(() => !existsSync(dataDir));
});

const commandOf = (pid: number) => readFileSync(`/proc/${pid}/cmdline`, 'utf8');
const isSupervisorOf = (pid: number, folder: string) => {
  try {
    return commandOf(pid).startsWith('/bin/sh') && commandOf(pid).includes(folder);
  } catch {
    return false;
  }
};

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It ended together with the others.
  }
}
