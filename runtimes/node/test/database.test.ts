import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { sql } from 'drizzle-orm';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { openDatabase, rowsOf } from '../src/db/database.ts';
import { DatabaseUnavailable, findUnavailable, Outage } from '../src/engine/outage.ts';
import { inRequest, withinRequestTime } from '../src/engine/request-time.ts';
import { migrateModule, SchemaMissing } from '../src/engine/schema.ts';
import { createHost, type Host } from '../src/host.ts';
import { Tokens } from '../src/http/tokens.ts';
import type { Log } from '../src/log.ts';
import { readSettings } from '../src/settings.ts';
import { createHostDatabase, createTestDatabase } from '../src/testing/test-database.ts';
import { log } from './engine/silent-log.ts';
import { sampleModules } from './sample-host.ts';

describe('migrations of a module', () => {
  const folder = mkdtempSync(join(tmpdir(), 'migrations-'));
  const write = (file: string, text: string) => writeFileSync(join(folder, file), text);
  let database: Awaited<ReturnType<typeof openDatabase>>;
  let drop: () => Promise<void>;
  const migrate = () => migrateModule(database.pool, 'ai', 'tests', folder);
  const count = async () =>
    (await rowsOf<{ n: number }>(database.db, sql`select count(*)::int as n from things`))[0]?.n;

  beforeAll(async () => {
    const { url, ...created } = await createHostDatabase();
    drop = created.drop;
    database = await openDatabase({ url }, { application: 'tests' }, log);
  });
  afterAll(async () => {
    await database.close();
    await drop();
    rmSync(folder, { recursive: true, force: true });
  });

  it('run once each, in order', async () => {
    write('0001_things.sql', 'create table things (id int);\ninsert into things values (1); -- a comment');
    await migrate();
    write('0002_more.sql', 'insert into things values (2);\n');
    await migrate();
    await migrate();
    expect(await count()).toBe(2);
  });

  it('are applied completely or not at all', async () => {
    write('0003_broken.sql', 'insert into things values (3); insert into nowhere values (1);');
    await expect(migrate()).rejects.toThrow();
    expect(await count()).toBe(2);
    rmSync(join(folder, '0003_broken.sql'));
  });

  it('do not run again if version 0.1 has applied them in another schema', async () => {
    await database.pool.query(`create table public.applied_migrations (owner text, file text);
      create table public.notes (text text);
      insert into public.applied_migrations values ('tests', '0004_notes.sql')`);
    write('0004_notes.sql', 'create table notes (text text);');
    await migrate();
    expect(await rowsOf(database.db, sql`select to_regclass('notes')::text as name`)).toEqual([{ name: 'notes' }]);
    expect(await rowsOf(database.db, sql`select to_regclass('ai.notes') as name`)).toEqual([{ name: null }]);
  });
});

describe('a role that may not create a schema', () => {
  it.each([false, true])(
    'gets SQL for an administrator, after which the host starts (old tables: %s)',
    async (existing) => {
      const { url, drop } = await (existing ? createHostDatabase() : createTestDatabase());
      const admin = new pg.Client(url);
      await admin.connect();
      const role = `role_${process.pid}_${existing}`;
      // What is there belongs to another role, and is old.
      if (existing) await admin.query("delete from ai.applied_migrations where file like 'functions%'");
      await admin.query(`create role ${role} login`);
      const ofRole = new URL(url);
      ofRole.username = role;
      const open = () => openDatabase({ url: ofRole.href }, { application: 'tests' }, log);
      const missing = await open().catch((error: unknown) => error);
      expect(missing).toBeInstanceOf(SchemaMissing);
      const { message, sql: statements } = missing as SchemaMissing;
      expect(message).toMatch(
        new RegExp(
          `^the role ${role} may not create or change the schema ai \\(.+\\)\\. Run this SQL as an administrator of the database, then start again:$`,
        ),
      );
      // Only what is missing.
      expect([/create schema/, /owner to/].map((each) => each.test(statements))).toEqual([!existing, existing]);
      await admin.query(statements);
      const database = await open();
      expect(await database.store.hasWorkers()).toBe(false);
      await database.close();
      await admin.end();
      await drop();
    },
  );
});

describe.each(['closed', 'hanging'] as const)('while the database is unavailable (%s)', (state) => {
  const secret = 'the secret of these tests';
  const lines: { level: string; text: string }[] = [];
  const logger = recordingLog((level, text) => lines.push({ level, text }));
  const authorization = `Bearer ${new Tokens(secret).issue({ id: 'alice', isAdmin: true })}`;
  const base = '/api/v1/modules/sample';
  let host: Host;
  let proxy: Proxy;
  let drop: () => Promise<void>;

  beforeAll(async () => {
    const database = await createHostDatabase();
    drop = database.drop;
    proxy = await startProxy(database.url);
    host = await createHost({
      settings: readSettings({ AI_JOB_LEASE_SECONDS: '2' }),
      modules: { ...sampleModules, only: 'sample' },
      authenticate: new Tokens(secret).authenticate,
      database: { url: proxy.url },
      logger,
    });
  });
  afterAll(async () => {
    proxy.state = 'open';
    await host?.app.close();
    proxy?.close();
    await drop();
  });

  const submit = () =>
    host.app.inject({
      method: 'POST',
      url: `${base}/process`,
      headers: { authorization },
      payload: { input_data: { a: 1 } },
    });
  const publish = () =>
    host.app.inject({
      method: 'POST',
      url: '/api/v1/events',
      headers: { authorization },
      payload: { name: 'user.deleted', data: {} },
    });
  const unavailable = { status: 503, detail: 'database_unavailable', retryAfter: '5' };
  const outcome = ({ statusCode, headers, json }: Awaited<ReturnType<typeof submit>>) => {
    return { status: statusCode, detail: json().detail, retryAfter: headers['retry-after'] };
  };

  it('requests are answered with 503 within five seconds', async () => {
    expect((await submit()).statusCode).toBe(202);
    lines.splice(0);
    proxy.state = state;
    const begin = performance.now();
    const [health, ofModule, ...others] = await Promise.all([
      host.app.inject({ url: '/health' }),
      // Needs several queries, one after the other.
      host.app.inject({ url: `${base}/health`, headers: { authorization } }),
      submit(),
      publish(),
      submit(),
    ]);
    // The rest is for a slow machine.
    expect(performance.now() - begin).toBeLessThan(20_000);
    expect(others.map(outcome)).toEqual([unavailable, unavailable, unavailable]);
    expect([health.statusCode, health.json().status]).toEqual([503, 'unhealthy']);
    expect(ofModule.json().status).toBe('degraded');
    const queries = host.services.database.db.execute(sql`select 1`).catch(findUnavailable);
    expect(await queries).toMatchObject({ code: 'database_unavailable' });
    proxy.state = 'open';
    for (const end = Date.now() + 60_000; (await submit()).statusCode !== 202 && Date.now() < end; );
    const { store } = host.services.database;
    for (const end = Date.now() + 60_000; Date.now() < end; )
      if ((await store.stats('sample')).pending_jobs === 0) break;
    expect(await store.stats('sample')).toMatchObject({ pending_jobs: 0, failed_jobs: 0 });
    const { pathname, port } = new URL(proxy.url);
    const reason = state === 'closed' ? 'the connection was lost' : 'no answer in time';
    const said = lines.filter(({ text }) => text.startsWith('database'));
    expect(said).toEqual([
      { level: 'error', text: `database: 127.0.0.1:${port}${pathname} is unavailable: ${reason}` },
      { level: 'info', text: expect.stringMatching(/^database: it is available again after \d+\.\d s$/) },
    ]);
  });
});

describe('an outage', () => {
  it('is reported when it begins, each minute and when it ends', () => {
    const lines: string[] = [];
    const outage = new Outage(recordingLog((_level, text) => lines.push(text)));
    const down = new DatabaseUnavailable('localhost:5432/ai', { code: 'ECONNREFUSED' });
    const clock = vi.spyOn(performance, 'now');
    const at = (seconds: number, action: () => void) => {
      clock.mockReturnValue(seconds * 1_000);
      action();
    };
    try {
      at(100, () => outage.answered('select 1'));
      // The failed call began before the answer.
      at(100.1, () => outage.report(new DatabaseUnavailable('x:1/y', new Error('late')), 99_000));
      expect(lines).toEqual([]);
      for (const seconds of [100.5, 130, 159, 161, 162]) at(seconds, () => outage.report(down));
      at(163, () => outage.answered('select 1'));
      at(163, () => outage.answered('select 1'));
      const began = 'database: localhost:5432/ai is unavailable: connection refused';
      expect(lines.splice(0)).toEqual([began, began, 'database: it is available again after 62.5 s']);
      // It has just been reported.
      at(164, () => outage.report(down));
      at(165, () => outage.answered('select 1'));
      expect(lines).toEqual([]);
      at(222, () => outage.report(down));
      at(223, () => outage.answered('select 1'));
      expect(lines).toEqual([began, 'database: it is available again after 1.0 s']);
    } finally {
      clock.mockRestore();
    }
  });

  it('of some statements ends when they work, or when one of them works a minute later', () => {
    const lines: string[] = [];
    const outage = new Outage(recordingLog((_level, text) => lines.push(text)));
    const full = new pg.DatabaseError('the disk is full', 0, 'error');
    full.code = '53100';
    const report = (call: string) => outage.report(new DatabaseUnavailable('localhost:5432/ai', full, call));
    const began = 'database: localhost:5432/ai is unavailable: the disk is full';
    const clock = vi.spyOn(performance, 'now').mockReturnValue(100_000);
    try {
      report('insert');
      report('update');
      for (const call of ['select', 'connect', 'update']) outage.answered(call);
      expect(lines.splice(0)).toEqual([began]);
      clock.mockReturnValue(101_000);
      outage.answered('insert');
      expect(lines.splice(0)).toEqual(['database: statements that failed work again after 1.0 s']);
      clock.mockReturnValue(200_000);
      report('insert');
      report('update');
      clock.mockReturnValue(260_000);
      outage.answered('select');
      expect(lines.splice(0)).toEqual([began]);
      outage.answered('update');
      expect(lines).toEqual(['database: statements that failed work again after 60.0 s']);
    } finally {
      clock.mockRestore();
    }
  });
});

describe('a request', () => {
  it('has one time limit for all of its queries', async () => {
    const queries = inRequest(async () => {
      await withinRequestTime(pause(2_500));
      await withinRequestTime(pause(3_500, undefined, { ref: false }));
    });
    await expect(queries).rejects.toMatchObject({ code: 'database_unavailable' });
    await inRequest(() => withinRequestTime(pause(2_500)));
  });
});

function recordingLog(write: (level: string, text: string) => void): Log {
  const levels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'];
  const recorder = (level: string) => (fields: unknown, text?: string) => write(level, text ?? String(fields));
  const log: Record<string, unknown> = Object.fromEntries(levels.map((level) => [level, recorder(level)]));
  log.child = () => log;
  return log as unknown as Log;
}

interface Proxy {
  readonly url: string;
  /** `closed` refuses connections and ends open ones; `hanging` accepts them and answers nothing. */
  state: 'open' | 'closed' | 'hanging';
  close(): void;
}

/** Passes connections on to the server of a URL with a Unix socket. */
async function startProxy(target: string): Promise<Proxy> {
  const path = `${new URL(target).searchParams.get('host')}/.s.PGSQL.5432`;
  const sockets = new Set<Socket>();
  let state: Proxy['state'] = 'open';
  const server = createServer((client) => {
    sockets.add(client);
    client.on('error', () => {}).on('close', () => sockets.delete(client));
    if (state === 'closed') return void client.destroy();
    if (state === 'hanging') return;
    const upstream = connect(path).on('error', () => client.destroy());
    client.on('data', (data) => state === 'open' && upstream.write(data)).on('close', () => upstream.destroy());
    upstream.on('data', (data) => state === 'open' && client.write(data)).on('close', () => client.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  const end = () => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    url: `postgresql://postgres@127.0.0.1:${port}${new URL(target).pathname}`,
    get state() {
      return state;
    },
    set state(next) {
      state = next;
      if (next !== 'hanging') end();
    },
    close() {
      end();
      server.close();
    },
  };
}
