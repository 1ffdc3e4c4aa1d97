import { randomUUID } from 'node:crypto';
import { afterAll, describe, expect, it } from 'vitest';
import { Tokens } from '../src/http/tokens.ts';
import { sampleHost } from './sample-host.ts';

const SECRET = 'the secret of these tests';
const host = await sampleHost({ JWT_SECRET: SECRET, SAMPLE_RETRY_DELAY_SECONDS: '600' });
const { service } = host.module;
const { pool, store } = host.host.services.database;
const headers = { authorization: `Bearer ${new Tokens(SECRET).issue({ id: 'root', isAdmin: true })}` };

afterAll(() => host.stop());

const get = async (url: string) => (await host.host.app.inject({ url, headers })).json();
const metrics = async () => (await host.host.app.inject({ url: '/metrics' })).body;

async function start(user: { id: string }, ...steps: string[]): Promise<string> {
  const request = { input_data: { steps, key: randomUUID() }, options: {}, priority: 5 };
  const { job_id } = await service.startProcessing(request, user);
  await host.until(async () => (await get(`/api/v1/jobs/${job_id}`)).last_error_code === 'provider_unavailable');
  return job_id;
}

describe('a job that waits for its next attempt', () => {
  it('shows administrators why and until when, and its owner nothing', async () => {
    const user = host.user();
    const before = Date.now();
    const id = await start(user, 'transient');
    const page = await get('/api/v1/jobs?status=pending&error_code=provider_unavailable');
    expect(page.jobs).toHaveLength(1);
    for (const job of [page.jobs[0], await get(`/api/v1/jobs/${id}`)]) {
      expect(job).toMatchObject({ job_id: id, status: 'pending', attempt: 1, error_code: null, error_message: null });
      expect(job.last_error_code).toBe('provider_unavailable');
      expect(Date.parse(job.next_attempt_at)).toBeGreaterThan(before + 590_000);
    }
    expect(await service.getJob(id, user)).toMatchObject({ error_code: null, error_message: null });
    const { jobs } = await service.listJobs({ skip: 0, limit: 1 }, user);
    expect(jobs).toMatchObject([{ job_id: id, error_code: null }]);
    expect(await metrics()).toContain('ai_jobs_waiting_for_retry{module="sample"} 1\n');
    await service.cancelJob(id, user);
    expect(await get(`/api/v1/jobs/${id}`)).toMatchObject({
      status: 'cancelled',
      error_code: null,
      last_error_code: null,
      next_attempt_at: null,
    });
  });

  it('leaves nothing of it when it is completed', async () => {
    const user = host.user();
    const id = await start(user, 'transient', 'ok');
    await pool.query('update jobs set due_at = now() where id = $1', [id]);
    // As a sweep does.
    await store.sweep(['sample']);
    expect(await host.finished(user, id)).toMatchObject({ status: 'completed', attempt: 2, error_code: null });
    expect(await get(`/api/v1/jobs/${id}`)).toMatchObject({ last_error_code: null, next_attempt_at: null });
  });
});

it('keeps the code while it is handed back, also by processes of an older version', async () => {
  const module = { name: 'other', max_concurrent_jobs: 5, max_attempts: 5, lifecycle_events: {}, subscriptions: [] };
  await store.registerModules([module], ['other']);
  const job = { id: randomUUID(), module: 'other', user_id: 'ada', input_data: {}, options: {}, priority: 5 };
  await store.addJob(job, 10);
  const claim = async () => (await store.claimJobs(['other'], 1, 10))[0]!;
  expect(await store.retryJob(await claim(), 0, 'sample_busy')).toMatchObject({ error_code: 'sample_busy' });
  expect(await store.retryJob(await claim(), 0)).toMatchObject({ status: 'pending', error_code: 'sample_busy' });
  const { claim_token } = await claim();
  const { rows } = await pool.query('select * from retry_job($1, $2, 0)', [job.id, claim_token]);
  expect(rows).toMatchObject([{ status: 'pending', attempt: 3, error_code: 'sample_busy' }]);
});
