import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { afterAll, describe, expect, it } from 'vitest';
import { openEmbedded } from '../src/db/embedded.ts';
import { IN_MEMORY } from '../src/db/in-memory.ts';
import { JobQueries } from '../src/jobs/job-queries.ts';
import { type Claim, JobStore } from '../src/jobs/job-store.ts';
import { jobsTable, resultsTable } from '../src/jobs/tables.ts';

const database = await openEmbedded(IN_MEMORY);
const sql = await readFile(new URL('fixtures/modules/sample/migrations/0001_create_jobs.sql', import.meta.url), 'utf8');
await database.execute(sql);
const jobs = jobsTable('sample_jobs');
const tables = { jobs, results: resultsTable('sample_results', jobs) };
const store = new JobStore(database.db, tables, 60);
const impatient = new JobStore(database.db, tables, 0);
const queries = new JobQueries(database.db, tables);

afterAll(() => database.close());

async function pending(user_id: string = randomUUID()): Promise<string> {
  const id = randomUUID();
  await store.add({ id, user_id, input_data: { a: 1 }, options: {}, priority: 5 }, 100);
  return id;
}

async function claimed(by = store): Promise<Claim> {
  const claim = await by.claim(await pending(), randomUUID());
  if (!claim) throw new Error('not claimed');
  return claim;
}

describe('a claim', () => {
  it('is taken once', async () => {
    const id = await pending();
    const claims = await Promise.all([1, 2, 3].map(() => store.claim(id, randomUUID())));
    expect(claims.filter(Boolean)).toHaveLength(1);
    expect(await queries.find(id)).toMatchObject({ status: 'processing', attempt: 1, started_at: expect.any(Date) });
  });

  it('is taken over when its lease has expired, and then worth nothing to its first owner', async () => {
    const lost = await claimed(impatient);
    const won = await store.claim(lost.job.id, randomUUID());
    expect(won?.job.attempt).toBe(2);
    expect(await store.renew(lost)).toBe(false);
    expect(await store.progress(lost, 50)).toBe(false);
    expect(await store.complete(lost, {}, 1)).toBeUndefined();
    expect(await store.fail(lost, 'timeout')).toBeUndefined();
    expect(await queries.findResult(lost.job.id)).toBeUndefined();
  });

  it('is not taken before a retry is due', async () => {
    const claim = await claimed();
    await store.retry(claim, 60);
    expect(await store.claim(claim.job.id, randomUUID())).toBeUndefined();
  });
});

describe('a terminal state', () => {
  const ends = {
    completed: (claim: Claim) => store.complete(claim, { done: true }, 5),
    failed: (claim: Claim) => store.fail(claim, 'timeout'),
    cancelled: (claim: Claim) => store.cancel(claim.job.id),
  };

  it.each(Object.entries(ends))('%s never changes', async (status, end) => {
    const claim = await claimed();
    const ended = await end(claim);
    expect(ended).toMatchObject({ status, claim_token: null, lease_until: null });
    for (const other of Object.values(ends)) expect(await other(claim)).toBeUndefined();
    expect(await store.retry(claim, 0)).toBeUndefined();
    expect(await store.failPending(claim.job.id, 'queue_unavailable')).toBeUndefined();
    expect(await store.claim(claim.job.id, randomUUID())).toBeUndefined();
    expect(await queries.find(claim.job.id)).toEqual(ended);
  });

  it('completed comes with its result', async () => {
    const claim = await claimed();
    const job = await store.complete(claim, { answer: 'a\u0000b' }, 12);
    const result = await queries.findResult(claim.job.id);
    expect(result).toMatchObject({ id: job?.result_id, output_data: { answer: 'a\u0000b' }, duration_ms: 12 });
    expect(job?.progress_percent).toBe(100);
  });

  it('completed answers the same to who asks again, and nothing to others', async () => {
    const claim = await claimed();
    const mine = randomUUID();
    const job = await store.complete(claim, {}, 1, mine);
    expect(job?.result_id).toBe(mine);
    expect(await store.complete(claim, {}, 1, mine)).toEqual(job);
    expect(await store.complete(claim, {}, 1)).toBeUndefined();
  });
});

describe('progress', () => {
  it('never falls', async () => {
    const claim = await claimed();
    for (const percent of [40, 10]) await store.progress(claim, percent);
    expect((await queries.find(claim.job.id))?.progress_percent).toBe(40);
  });
});

describe('the limit of a user', () => {
  it('holds when many requests come at once', async () => {
    const job = { user_id: randomUUID(), input_data: {}, options: {}, priority: 5 };
    const added = await Promise.all([1, 2, 3, 4, 5].map(() => store.add({ ...job, id: randomUUID() }, 3)));
    expect(added.filter(Boolean)).toHaveLength(3);
  });

  it('does not count a job that is there already', async () => {
    const job = { id: randomUUID(), user_id: randomUUID(), input_data: {}, options: {}, priority: 5 };
    expect(await store.add(job, 1)).toMatchObject({ isNew: true });
    expect(await store.add(job, 1)).toMatchObject({ isNew: false });
  });
});

describe('maintenance', () => {
  it('finds jobs whose worker went silent, and those that were forgotten', async () => {
    const silent = await claimed(impatient);
    const forgotten = await pending();
    const found = (await queries.takeStale(0)).map((job) => job.id);
    expect(found).toEqual(expect.arrayContaining([silent.job.id, forgotten]));
    expect((await queries.takeStale(300)).map((job) => job.id)).not.toContain(forgotten);
  });

  it('deletes what ended long ago, with its results', async () => {
    const claim = await claimed();
    await store.complete(claim, {}, 1);
    const running = await claimed();
    expect(await queries.deleteOlderThan(30)).toBe(0);
    expect(await queries.deleteOlderThan(0)).toBeGreaterThan(0);
    expect(await queries.find(claim.job.id)).toBeUndefined();
    expect(await queries.findResult(claim.job.id)).toBeUndefined();
    expect(await queries.find(running.job.id)).toBeDefined();
  });
});
