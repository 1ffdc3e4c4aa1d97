import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { importJobs, loadOldData } from '../../src/engine/schema.ts';
import { log, SCHEMA, testDatabase } from './test-database.ts';

const { store, pool } = await testDatabase();
const folder = mkdtempSync(join(tmpdir(), 'old-data-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** The tables of a Fastify module of version 0.1. */
const fastify = (module: string) => `
  create table public.${module}_jobs (
    id uuid primary key, user_id text not null, status text not null, input_data json not null, options json not null,
    priority integer not null, progress_percent integer not null default 0, attempt integer not null default 0,
    error_code text, result_id uuid, claim_token uuid, lease_until timestamptz,
    due_at timestamptz not null default now(), created_at timestamptz not null default now(), started_at timestamptz,
    completed_at timestamptz, failed_at timestamptz, cancelled_at timestamptz
  );
  create table public.${module}_results (
    id uuid primary key, job_id uuid not null unique references public.${module}_jobs (id) on delete cascade,
    output_data json not null, duration_ms integer not null, created_at timestamptz not null default now()
  );`;

/** The tables of a FastAPI module of version 0.1. */
const fastapi = (module: string) => `
  create table public.${module}_jobs (
    id varchar(36) primary key, user_id varchar(255) not null, status varchar(16) not null, priority integer not null,
    input_data json not null, options json not null, attempt integer not null default 0, claim_token varchar(36),
    lease_expires_at timestamptz, due_at timestamptz not null default now(),
    requeue_at timestamptz not null default now(), progress_percent integer not null default 0,
    error_code varchar(64), error_message varchar(255), result_id varchar(36), duration_ms integer,
    created_at timestamptz not null default now(), started_at timestamptz, completed_at timestamptz,
    failed_at timestamptz, cancelled_at timestamptz
  );
  create table public.${module}_results (
    id varchar(36) primary key, job_id varchar(36) not null unique, user_id varchar(255) not null,
    output_data json not null, details json not null, created_at timestamptz not null default now()
  );`;

async function addOldJobs(module: string, tables: string, results: string, more: (resultId: string) => unknown[]) {
  await pool.query(tables);
  const ids: Record<string, string> = {};
  for (const status of ['pending', 'processing', 'completed', 'failed', 'cancelled']) {
    const id = randomUUID();
    const resultId = status === 'completed' ? randomUUID() : null;
    ids[status] = id;
    await pool.query(
      `insert into public.${module}_jobs (id, user_id, status, input_data, options, priority, result_id, attempt,
        error_code, started_at) values ($1, 'ada', $2, $3, '{}', 7, $4, 1, $5, '2026-01-02T03:04:05Z')`,
      [id, status, JSON.stringify({ text: 'a\u0000' }), resultId, status === 'failed' ? 'timeout' : null],
    );
    if (resultId)
      await pool.query(`insert into public.${module}_results ${results}`, [resultId, id, ...more(resultId)]);
  }
  return ids as Record<'pending' | 'processing' | 'completed' | 'failed' | 'cancelled', string>;
}

it.each([
  ['Fastify', 'old_a', fastify, `(id, job_id, output_data, duration_ms) values ($1, $2, '{"n": 1}', $3)`, () => [40]],
  [
    'FastAPI',
    'old_b',
    fastapi,
    `(id, job_id, user_id, output_data, details) values ($1, $2, 'ada', '{"n": 1}', $3)`,
    () => ['{"duration_ms": 40}'],
  ],
] as const)('copies the jobs of a %s module of version 0.1 once', async (_, module, tables, results, more) => {
  const ids = await addOldJobs(module, tables(module), results, () => [...more()]);
  await Promise.all(Array.from({ length: 3 }, () => importJobs(pool, SCHEMA, [module, 'unknown'], log)));

  const found = await store.listJobs(module, 'ada', { skip: 0, limit: 10 });
  expect(Object.fromEntries(found.jobs.map(({ id, status }) => [id, status]))).toEqual({
    [ids.pending]: 'pending',
    [ids.processing]: 'pending',
    [ids.completed]: 'completed',
    [ids.failed]: 'failed',
    [ids.cancelled]: 'cancelled',
  });
  expect(await store.findJob(module, ids.failed)).toMatchObject({
    error_code: 'timeout',
    priority: 7,
    input_data: { text: 'a\u0000' },
    started_at: new Date('2026-01-02T03:04:05Z'),
  });
  expect(await store.findResult(ids.completed)).toMatchObject({ output_data: { n: 1 }, metadata: { duration_ms: 40 } });
  expect(await store.stats(module)).toMatchObject({ total_jobs: 5, pending_jobs: 2 });

  await store.eraseUserJobs(module, 'ada');
  await importJobs(pool, SCHEMA, [module], log);
  expect((await store.stats(module)).total_jobs).toBe(0);
});

it("leaves a module's own tables of these names alone", async () => {
  await pool.query('create table public.mine_jobs (id int); create table public.mine_results (id int)');
  await importJobs(pool, SCHEMA, ['mine'], log);
  expect((await store.stats('mine')).total_jobs).toBe(0);
});

it('loads exported tables once, when they exist, each with its types, keys and sequences', async () => {
  const file = join(folder, 'export.jsonl');
  const load = () => Promise.all([1, 2].map(() => loadOldData(pool, SCHEMA, file, log)));
  const write = (...lines: object[]) => writeFileSync(file, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
  await pool.query(`set search_path to ${SCHEMA};
    create table own_kinds (id int generated always as identity primary key, label varchar(5), twice int
      generated always as (id * 2) stored, bytes bytea, data json, at timestamptz, is_on boolean, "Odd name" text[]);
    create table own_words (id serial primary key, kind int references own_kinds (id), job uuid);`);
  const words = { table: 'own_words', columns: ['id', 'kind', 'unknown'], rows: [['7', '2', 'x']] };
  const columns = ['id', 'label', 'twice', 'bytes', 'data', 'at', 'is_on', 'Odd name'];
  const row = ['2', 'ä😀', '4', '\\x00ff', '{"z":"\\u0000","a":1.50}', '2026-01-02 03:04:05.678', '1', '{"a b",c}'];
  const kinds = (...rows: (string | null)[][]) => ({ table: 'own_kinds', columns, rows });
  const header = { format: 1, state: '', tables: ['own_words', 'own_kinds', 'own_later', 'jobs'] };
  const jobs = { table: 'jobs', columns: ['id'], rows: [[randomUUID()]] };

  write(header, words, kinds(row, ['3', 'too long', ...row.slice(2)]), jobs);
  await load();
  expect((await pool.query(`select from ${SCHEMA}.own_words`)).rowCount).toBe(0);

  write(header, words, kinds(row, ['3', ...Array(7).fill(null)]), jobs);
  await load();
  const found = await pool.query(`select *, data::text as data, at at time zone 'UTC' = '2026-01-02 03:04:05.678' as at
    from ${SCHEMA}.own_kinds order by id`);
  expect(found.rows).toEqual([
    {
      id: 2,
      label: 'ä😀',
      twice: 4,
      bytes: Buffer.from([0, 255]),
      data: row[4],
      at: true,
      is_on: true,
      'Odd name': ['a b', 'c'],
    },
    { id: 3, label: null, twice: 6, bytes: null, data: null, at: null, is_on: null, 'Odd name': null },
  ]);
  const add = `insert into ${SCHEMA}.own_words (kind) values (3) returning id`;
  expect((await pool.query(add)).rows).toEqual([{ id: 8 }]);

  await pool.query(`delete from ${SCHEMA}.own_words; create table ${SCHEMA}.own_later (id int)`);
  write(header, words, { table: 'own_later', columns: ['id'], rows: [['1']] });
  await load();
  expect((await pool.query(`select from ${SCHEMA}.own_words`)).rowCount).toBe(0);
  expect((await pool.query(`select from ${SCHEMA}.own_later`)).rowCount).toBe(1);
});
