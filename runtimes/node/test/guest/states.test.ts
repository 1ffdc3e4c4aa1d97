import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { GuestPorts } from '../../src/attach.cts';
import { schemaScript } from '../../src/engine/schema.ts';
import { resolveDatabase } from '../../src/ports.ts';
import { createTestDatabase, type TestDatabase } from '../../src/testing/test-database.ts';
import { eventually, query } from '../postgres/host.ts';
import { call, closeAll, MODULE, modules, newGuest, start, WORK } from './support.ts';

// Applications start slowly on a busy machine.
vi.setConfig({ testTimeout: 180_000 });

let database: TestDatabase;
let lines: string[] = [];

beforeEach(async () => {
  vi.stubEnv('AI_ROLE', 'all');
  database = await createTestDatabase();
  lines = [];
});
afterEach(async () => {
  await closeAll();
  vi.unstubAllEnvs();
  await database.drop();
});

/** Keeps the lines of errors. */
const logger = (() => {
  const write = (level: string) => (fields: object | string, message?: string) => {
    if (['error', 'fatal'].includes(level)) lines.push(message ?? String(fields));
  };
  const log = Object.fromEntries(
    ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'].map((level) => [level, write(level)]),
  ) as unknown as NonNullable<GuestPorts['logger']>;
  return Object.assign(log, { level: 'info', child: () => log });
})();

const ports = (given: Partial<GuestPorts> = {}) => ({
  logger,
  authenticate: () => null,
  database: { url: database.url },
  ...given,
});

/** Waits until requests below the prefix are answered with a code. */
async function waitForCode(url: string, code: string): Promise<void> {
  await eventually(async () => {
    const { status, body, headers } = await call(`${url}/ai/health`);
    if (status === 503) expect(headers['retry-after']).toBe('5');
    return code === 'ready' ? status === 200 : body.detail === code;
  }, 60);
}

it('starts the application without its database', async () => {
  const unknown = database.url.replace(/\/test_\w+/, '/nowhere');
  const guest = newGuest(() => ports({ database: { url: unknown } }));
  const { url } = await start('Express 5', guest);
  expect((await call(`${url}/items/7`)).body).toEqual({ id: '7' });
  await waitForCode(url, 'database_unavailable');
  await expect(guest.eraseUser('anna')).rejects.toMatchObject({ code: 'database_unavailable' });
  expect(lines).toEqual([
    expect.stringMatching(/^database: .*\/nowhere is unavailable: database "nowhere" does not exist$/),
  ]);
});

it('is ready once the database is there', async () => {
  const name = new URL(database.url).pathname.slice(1);
  const server = database.url.replace(`/${name}`, '/postgres');
  await query(server, `alter database ${name} rename to ${name}_away`);
  const { url } = await start('Fastify 5', newGuest(ports));
  await waitForCode(url, 'database_unavailable');
  await query(server, `alter database ${name}_away rename to ${name}`);
  await waitForCode(url, 'ready');
});

it('takes the parts of a database', async () => {
  const parsed = new URL(database.url);
  const parts = {
    host: parsed.searchParams.get('host') ?? parsed.hostname,
    user: parsed.username,
    database: parsed.pathname.slice(1),
  };
  const { url } = await start(
    'Express 5',
    newGuest(() => ports({ database: parts })),
  );
  await waitForCode(url, 'ready');
});

it.each([
  [{ user: 'me', password: 'a:b/c' }, 'postgresql://me:a%3Ab%2Fc@db/shop'],
  [{ user: 'me' }, 'postgresql://me@db/shop'],
  [{ password: 'secret' }, 'postgresql://:secret@db/shop'],
  [{}, 'postgresql://db/shop'],
])('makes a URL for a database with %j', (account, url) => {
  expect(resolveDatabase({ host: 'db', database: 'shop', ...account })).toEqual({ url });
});

it.each([
  ['a variable of its own', { AI_WORKER_CONCURRENCY: 'many' }, /AI_WORKER_CONCURRENCY: /],
  ['the embedded database in production', { AI_ENVIRONMENT: 'production' }, /AI_DATABASE_URL is required/],
  ['a short token of a check', { AI_CHECK_TOKEN: 'short' }, /AI_CHECK_TOKEN: must have at least 32 characters/],
  [
    'the token of a check in production',
    { AI_ENVIRONMENT: 'production', AI_CHECK_TOKEN: 't'.repeat(32) },
    /AI_CHECK_TOKEN is refused in production/,
  ],
])(
  'refuses %s, and ignores variables of the application',
  async (_title, env, message) => {
    const foreign = { DATABASE_URL: 'nonsense', NODE_ENV: 'staging', LOG_LEVEL: 'loud', ROLE: 'king' };
    const guest = newGuest(() => ({ ...ports(), database: undefined, env: { ...foreign, ...env } }));
    const errors = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
    const { url } = await start('Express 5', guest);
    expect(await guest.ready()).toBe('settings_invalid');
    expect(await call(`${url}/ai/health`)).toMatchObject({ status: 503, body: { detail: 'settings_invalid' } });
    expect(errors.mock.calls.join() + lines.join()).toMatch(message);
    errors.mockRestore();
  },
  120_000,
);

it('refuses an unknown role', async () => {
  vi.stubEnv('AI_ROLE', 'wroker');
  const guest = newGuest(ports);
  const errors = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  await start('Express 5', guest);
  expect(await guest.ready()).toBe('settings_invalid');
  expect(errors.mock.calls.join()).toContain('AI_ROLE');
  errors.mockRestore();
});

it.each([
  [
    'that throw',
    () => {
      throw new Error('no such file: ./users');
    },
    /no such file: \.\/users/,
  ],
  ['without a function', () => ({}) as GuestPorts, /`authenticate` is missing/],
  [
    'with a logger of another kind',
    () => ({ ...ports({}), logger: { log: () => {} } }) as never,
    /no function `error`/,
  ],
  ['with another database', () => ports({ database: { url: 'mysql://localhost/shop' } }), /must begin with postgresql/],
  ['with a database that is not configured', () => ports({ database: { url: undefined as never } }), /must begin with/],
  ['with an empty URL', () => ports({ database: { url: '' } }), /must begin with.*, and it is empty/],
])(
  'refuses ports %s',
  async (_title, given, message) => {
    const errors = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
    const guest = newGuest(given);
    const { url } = await start('Express 5', guest);
    expect(await guest.ready()).toBe('ports_invalid');
    expect((await call(`${url}/items/7`)).status).toBe(200);
    expect(errors.mock.calls.join()).toMatch(message);
    errors.mockRestore();
  },
  120_000,
);

it('waits for a role that may not create its schema', async () => {
  const name = `weak_${Date.now()}`;
  await query(database.url, `create role ${name} login`);
  try {
    const weak = database.url.replace('://postgres@', `://${name}@`);
    const { url } = await start(
      'Express 5',
      newGuest(() => ports({ database: { url: weak } })),
    );
    await waitForCode(url, 'schema_missing');
    const [line = ''] = lines;
    expect(line).toContain(`the role ${name} may not create or change the schema ai`);
    await query(database.url, line.split('start again:')[1] ?? '');
    await waitForCode(url, 'ready');
    expect(lines).toHaveLength(1);
    await closeAll();
  } finally {
    await query(database.url, `drop owned by ${name} cascade`);
    await query(database.url, `drop role ${name}`);
  }
});

it.each(['runtime', 'app'] as const)(
  'recovers from a schema or database that is dropped, with migrations of the %s',
  async (migrations) => {
    const file = '0001_totals.sql';
    const table = readFileSync(join(modules, 'invoices/migrations', file), 'utf8');
    const row = `insert into applied_migrations (owner, file) values ('invoices', '${file}');`;
    const create = `begin; ${await schemaScript('ai')} set local search_path to ai, public; ${table} ${row} commit;`;
    if (migrations === 'app') await query(database.url, create);
    const user = { id: 'anna', permissions: ['invoices:*'], isAdmin: false };
    const { url } = await start(
      'Express 5',
      newGuest(() => ports({ authenticate: () => user }), { migrations }),
    );
    await waitForCode(url, 'ready');
    const name = new URL(database.url).pathname.slice(1);
    const server = database.url.replace(`/${name}`, '/postgres');
    for (const isDatabase of [false, true]) {
      if (isDatabase) await query(server, `drop database ${name} with (force)`);
      else await query(database.url, 'drop schema ai cascade');
      const { status, body, headers } = await call(`${url}${MODULE}/list`);
      expect(status).toBe(503);
      expect(headers['retry-after']).toBe('5');
      expect(isDatabase ? ['database_unavailable'] : ['schema_missing', 'starting']).toContain(body.detail);
      if (isDatabase) await query(server, `create database ${name}`);
      if (migrations === 'app') {
        await waitForCode(url, 'schema_missing');
        await query(database.url, create);
      }
      await eventually(async () => {
        const { status } = await call(`${url}${MODULE}/list`);
        expect([200, 503]).toContain(status);
        return status === 200;
      }, 60);
      const accepted = await call(`${url}${MODULE}/process`, 'POST', WORK);
      await eventually(async () => (await call(`${url}${accepted.headers.location}`)).body.status === 'completed', 60);
    }
  },
);

it('waits for a table that is dropped, and creates functions again', async () => {
  const user = { id: 'anna', permissions: ['invoices:*'], isAdmin: false };
  const { url } = await start(
    'Express 5',
    newGuest(() => ports({ authenticate: () => user })),
  );
  await waitForCode(url, 'ready');
  const list = async () => {
    const { status, body } = await call(`${url}${MODULE}/list`);
    return status === 503 ? body.detail : status;
  };
  const waitForList = (expected: unknown) => eventually(async () => (await list()) === expected, 60);
  await query(database.url, 'alter table ai.jobs rename to away');
  expect(['schema_missing', 'starting']).toContain(await list());
  await waitForList('schema_missing');
  const problem =
    'the schema ai lacks jobs, which existed before: restore them, or drop the schema to create it again, which deletes all jobs and events';
  await eventually(async () => lines.some((line) => line.includes(problem)), 60);
  await query(database.url, 'alter table ai.away rename to jobs');
  await waitForList(200);

  await query(database.url, 'drop function ai.list_jobs');
  expect(['schema_missing', 'starting']).toContain(await list());
  await waitForList(200);

  // With the functions whose result is a job.
  await query(database.url, 'drop table ai.jobs cascade');
  expect(['schema_missing', 'starting']).toContain(await list());
  await query(database.url, 'drop schema ai cascade');
  await waitForList(200);
});

it('leaves the tables to the migrations of the application', async () => {
  const { url } = await start('Express 5', newGuest(ports, { migrations: 'app' }));
  await waitForCode(url, 'schema_missing');
  expect(lines[0]).toContain('the schema ai lacks 0001_tables.sql');
  expect(await query(database.url, "select from pg_namespace where nspname = 'ai'")).toHaveLength(0);
  await query(database.url, `begin; ${await schemaScript('ai')} commit;`);
  await waitForCode(url, 'ready');
  // Its own table is missing: only this module fails.
  expect((await call(`${url}/ai/api/v1/modules/list`)).body.errors).toEqual({ invoices: 'migration_failed' });
});
