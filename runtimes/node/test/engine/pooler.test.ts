import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'drizzle-orm';
import { afterAll, describe, expect, it } from 'vitest';
import { openDatabase, rowsOf } from '../../src/db/database.ts';
import { Executor } from '../../src/engine/executor.ts';
import type { NewJob } from '../../src/engine/store.ts';
import type { Log } from '../../src/log.ts';
import { choosePrivileges } from '../../src/postgres/privileges.ts';
import { createTestDatabase } from '../../src/testing/test-database.ts';
import { eventually, query } from '../postgres/host.ts';
import { log } from './silent-log.ts';

const program = [process.env.PGBOUNCER ?? '', '/usr/sbin/pgbouncer', '/usr/bin/pgbouncer'].find((file) =>
  existsSync(file),
);
const isMissing = program === undefined && process.env.CI !== 'true';
const folders: string[] = [];
const started: ChildProcess[] = [];

afterAll(() => {
  for (const child of started) child.kill('SIGKILL');
  for (const folder of folders) rmSync(folder, { recursive: true });
});

/** A pooler in transaction mode with two connections to the server. Returns the URL of the database behind it. */
async function startPooler(direct: string, more = ''): Promise<string> {
  const { pathname, searchParams } = new URL(direct);
  const folder = mkdtempSync(join(tmpdir(), 'pooler-'));
  folders.push(folder);
  chmodSync(folder, 0o755);
  const probe = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => probe.once('listening', resolve));
  const { port } = probe.address() as { port: number };
  await new Promise((resolve) => probe.close(resolve));
  writeFileSync(join(folder, 'users.txt'), '"postgres" ""\n');
  const name = pathname.slice(1);
  const config = `[databases]
${name} = host=${searchParams.get('host')} dbname=${name} user=postgres
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = any
auth_file = users.txt
pool_mode = transaction
default_pool_size = 2
server_tls_sslmode = disable
${more}
`;
  writeFileSync(join(folder, 'config.ini'), config);
  // It refuses to run as root: it runs as the server does, which can enter the folder of the socket.
  const [command = '', ...words] = [...choosePrivileges(folder).prefix, program!, '-q', join(folder, 'config.ini')];
  started.push(spawn(command, words, { cwd: '/', stdio: 'ignore' }));
  const url = `postgresql://postgres@127.0.0.1:${port}/${name}`;
  await eventually(() => query(url, 'select 1'));
  return url;
}

function recordingLog(warnings: string[]): Log {
  return { ...log, warn: (text: string) => warnings.push(text), child: () => log } as unknown as Log;
}

describe.skipIf(isMissing)('behind a transaction pooler', () => {
  it.each([
    ['with a direct URL', true, ''],
    ['that refuses settings', false, ''],
    ['that ignores settings', false, 'ignore_startup_parameters = options, extra_float_digits'],
  ])(
    '%s, runs jobs',
    async (_, isDirect, more) => {
      const direct = await createTestDatabase();
      const url = await startPooler(direct.url, more);
      const warnings: string[] = [];
      const options = { application: 'tests', schema: 'other', directUrl: isDirect ? direct.url : undefined };
      // Processes that start together create the tables once.
      const databases = await Promise.all([1, 2, 3].map(() => openDatabase({ url }, options, recordingLog(warnings))));
      expect(warnings).toHaveLength(isDirect ? 0 : 3);
      const [{ store, db, connection, pool }] = databases as [Awaited<ReturnType<typeof openDatabase>>];
      const module = { name: 'a', max_concurrent_jobs: 50, max_attempts: 5, lifecycle_events: {}, subscriptions: [] };
      await store.registerModules([module], ['a']);
      const runJob = async (job: Parameters<typeof store.completeJob>[0]) =>
        void (await store.completeJob(job, randomUUID(), { done: true }, 1));
      const modules = [{ name: 'a', runJob, handleEvent: async () => {} }];
      const limits = { concurrency: 8, leaseSeconds: 10 };
      const executor = new Executor({ store, connection, modules, present: ['a'], tasks: [], ...limits, log });
      await executor.start();
      const job = { module: 'a', user_id: 'ada', input_data: {}, options: {}, priority: 5 };
      await Promise.all(Array.from({ length: 40 }, () => store.addJob({ ...job, id: randomUUID() } as NewJob, 1_000)));
      await eventually(async () => (await store.stats('a')).completed_jobs === 40);
      const path = sql`select current_setting('search_path') as path`;
      expect(await rowsOf(db, path)).toEqual([{ path: '"other", public' }]);
      expect(await db.transaction((inside) => rowsOf(inside as never, path))).toEqual([{ path: '"other", public' }]);
      await expect(pool.query('select nothing')).rejects.toThrow('column "nothing" does not exist');
      await executor.stop();
      await Promise.all(databases.map((each) => each.close()));
      await direct.drop();
    },
    120_000,
  );
});
