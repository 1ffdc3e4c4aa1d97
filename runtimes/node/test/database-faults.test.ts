import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createHost, type Host } from '../src/host.ts';
import { Tokens } from '../src/http/tokens.ts';
import type { Log } from '../src/log.ts';
import { readSettings } from '../src/settings.ts';
import { createTestDatabase } from '../src/testing/test-database.ts';
import { sampleModules } from './sample-host.ts';

const secret = 'the secret of these tests';
const authorization = `Bearer ${new Tokens(secret).issue({ id: 'alice', isAdmin: true })}`;

describe('a database that answers, but does not do what is asked', () => {
  const role = `app_${randomUUID().slice(0, 8)}`;
  let lines: { level: string; text: string; fields: object }[];
  let admin: pg.Client;
  let host: Host;
  let drop: () => Promise<void>;

  beforeEach(async () => {
    const database = await createTestDatabase();
    admin = new pg.Client(database.url);
    await admin.connect();
    await admin.query(`create role ${role} login`);
    await admin.query(`grant create on database ${admin.database} to ${role}`);
    const url = new URL(database.url);
    url.username = role;
    lines = [];
    host = await createHost({
      settings: readSettings({ AI_JOB_LEASE_SECONDS: '2', AI_METRICS: 'open' }),
      modules: { ...sampleModules, only: 'sample' },
      authenticate: new Tokens(secret).authenticate,
      database: { url: url.href },
      logger: recordingLog((level, fields, text) => lines.push({ level, text, fields })),
    });
    drop = async () => {
      await host.app.close();
      await admin.query(`drop owned by ${role} cascade; drop role ${role}`);
      await admin.end();
      await database.drop();
    };
    expect(await signals()).toEqual({ submit: 202, ready: 200, health: 200, up: '1' });
    await until(async () => (await host.services.database.store.stats('sample')).pending_jobs === 0);
    lines.splice(0);
  });
  afterEach(() => drop());

  const send = async (method: 'GET' | 'POST', url: string) => {
    const body = method === 'POST' ? { payload: { input_data: { a: 1 } } } : {};
    const { statusCode, headers, payload } = await host.app.inject({
      method,
      url,
      headers: { authorization },
      ...body,
    });
    const detail = statusCode === 503 && url !== '/health' ? JSON.parse(payload).detail : statusCode;
    if (typeof detail === 'string') expect(headers['retry-after']).toBe('5');
    return { answer: detail, payload };
  };
  const signals = async () => ({
    submit: (await send('POST', '/api/v1/modules/sample/process')).answer,
    ready: (await send('GET', '/readyz')).answer,
    health: (await send('GET', '/health')).answer,
    up: /^ai_database_up (.*)$/m.exec((await send('GET', '/metrics')).payload)?.[1],
  });
  const problems = () => lines.filter(({ level }) => level === 'error' || level === 'warn').map(({ text }) => text);
  const ends = () => lines.filter(({ text }) => /work again|available again/.test(text)).map(({ text }) => text);

  it.each([
    ['on schema ai', (name: string) => `grant usage on schema ai to ${name}`],
    [
      'on all tables in schema ai',
      (name: string) => `grant select, insert, update, delete on all tables in schema ai to ${name}`,
    ],
    ['on all sequences in schema ai', (name: string) => `grant usage on all sequences in schema ai to ${name}`],
  ])('that lost permissions %s: 503 database_forbidden, not ready, one line', async (what, grant) => {
    await admin.query(`revoke all ${what} from ${role}`);
    const submit = what.includes('sequences') ? 202 : 'database_forbidden';
    for (let times = 0; times < 3; times += 1)
      expect(await signals()).toEqual({ submit, ready: 'database_forbidden', health: 503, up: '0' });
    const sql = grant(role);
    expect(problems()).toEqual([
      expect.stringMatching(
        new RegExp(
          `^database: .*: the role lacks permissions. Run this SQL as an administrator of the database: ${sql}$`,
        ),
      ),
    ]);
    expect(JSON.stringify(lines)).not.toContain('stack');
    expect(ends()).toEqual([]);
    await admin.query(sql);
    await until(async () => (await signals()).submit === 202);
    expect(await signals()).toEqual({ submit: 202, ready: 200, health: 200, up: '1' });
    await until(async () => (await host.services.database.store.stats('sample')).pending_jobs === 0);
    expect(problems()).toHaveLength(1);
    expect(ends()).toEqual([expect.stringMatching(/^database: statements that failed work again after \d+\.\d s$/)]);
  });

  it('that lost a table: 503 schema_missing, not ready, one line', async () => {
    await admin.query('alter table ai.jobs rename to jobs_x');
    for (let times = 0; times < 5; times += 1)
      expect(await signals()).toEqual({ submit: 'schema_missing', ready: 'schema_missing', health: 503, up: '0' });
    expect(problems()).toEqual([expect.stringMatching(/^database: .*: the schema ai lacks jobs\. Restore it, or /)]);
    expect(ends()).toEqual([]);
    await admin.query('alter table ai.jobs_x rename to jobs');
    await until(async () => (await signals()).submit === 202);
    expect(await signals()).toEqual({ submit: 202, ready: 200, health: 200, up: '1' });
    expect(problems()).toHaveLength(1);
    expect(ends()).toHaveLength(1);
  });

  it('that loses one table after the other: a line for each, and no job starts meanwhile', async () => {
    for (const table of ['results', 'jobs']) {
      await admin.query(`alter table ai.${table} rename to elsewhere`);
      await until(async () => (await signals()).ready === 'schema_missing');
      if (table === 'results') {
        await send('POST', '/api/v1/modules/sample/process');
        await new Promise((resolve) => setTimeout(resolve, 3_000));
        const { rows } = await admin.query('select status, attempt from ai.jobs order by created_at desc limit 1');
        expect(rows).toEqual([{ status: 'pending', attempt: 0 }]);
      }
      await admin.query(`alter table ai.elsewhere rename to ${table}`);
      await until(async () => (await signals()).ready === 200);
    }
    expect(problems()).toEqual(['results', 'jobs'].map((it) => expect.stringMatching(`the schema ai lacks ${it}\\.`)));
    expect(ends()).toHaveLength(2);
    await until(async () => (await host.services.database.store.stats('sample')).pending_jobs === 0);
  });

  it('that refuses some statements: one line, although others work', async () => {
    await admin.query(`create function ai.refuse() returns trigger language plpgsql as $$ begin
      raise exception using errcode = '53100', message = 'No space left on device'; end $$;
      create trigger refuse before insert on ai.jobs for each row execute function ai.refuse()`);
    for (let times = 0; times < 5; times += 1)
      expect(await signals()).toEqual({ submit: 'database_unavailable', ready: 200, health: 200, up: '1' });
    expect(problems()).toEqual([expect.stringMatching(/^database: .* is unavailable: No space left on device$/)]);
    expect(ends()).toEqual([]);
    await admin.query('drop trigger refuse on ai.jobs');
    expect((await signals()).submit).toBe(202);
    expect(ends()).toHaveLength(1);
  });

  it('that takes no writes: 503, not ready, one line', async () => {
    const { database } = admin;
    const reconnect = `select pg_terminate_backend(pid) from pg_stat_activity where usename = '${role}'`;
    await admin.query(`alter database ${database} set default_transaction_read_only = on`);
    await admin.query(reconnect);
    const unavailable = 'database_unavailable';
    await until(async () => (await signals()).up === '0');
    for (let times = 0; times < 3; times += 1)
      expect(await signals()).toEqual({ submit: unavailable, ready: unavailable, health: 503, up: '0' });
    expect(problems().filter((text) => /no writes|read-only/.test(text))).toHaveLength(1);
    await admin.query(`alter database ${database} reset default_transaction_read_only`);
    await admin.query(reconnect);
    await until(async () => (await signals()).submit === 202);
    await until(async () => (await signals()).up === '1');
    expect(await signals()).toEqual({ submit: 202, ready: 200, health: 200, up: '1' });
  });

  it('that waits for a lock: 503, ready, one line', async () => {
    await admin.query('begin; lock table ai.jobs');
    const [submit, ...others] = await Promise.all([
      send('POST', '/api/v1/modules/sample/process'),
      send('GET', '/readyz'),
      send('GET', '/health'),
    ]);
    expect([submit, ...others].map(({ answer }) => answer)).toEqual(['database_unavailable', 200, 200]);
    const { payload: metrics } = await send('GET', '/metrics');
    for (const shown of ['ai_database_up 1', 'ai_http_requests_total{', 'ai_jobs{', 'ai_workers 1'])
      expect(metrics).toContain(`\n${shown}`);
    expect(metrics).not.toContain('ai_job_queue_age_seconds');
    expect(problems()).toEqual([
      expect.stringMatching(/^database: .*: a statement took longer than 4 s, perhaps because of a lock$/),
    ]);
    await admin.query('rollback');
    await until(async () => (await signals()).submit === 202);
    await until(async () => ends().length > 0);
    expect(problems()).toHaveLength(1);
  });
});

async function until(isTrue: () => Promise<boolean>): Promise<void> {
  for (const end = Date.now() + 60_000; !(await isTrue()); ) {
    if (Date.now() > end) throw new Error('it did not happen within a minute');
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

function recordingLog(write: (level: string, fields: object, text: string) => void): Log {
  const levels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'];
  const recorder = (level: string) => (first: object | string, text?: string) =>
    typeof first === 'string' ? write(level, {}, first) : write(level, first, text ?? '');
  const log: Record<string, unknown> = Object.fromEntries(levels.map((level) => [level, recorder(level)]));
  log.child = () => log;
  return log as unknown as Log;
}
