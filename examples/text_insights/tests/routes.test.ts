import { testHost } from 'ai-module-runtime/testing';
import { describe, expect, it } from 'vitest';
import { permissions } from '../dependencies.ts';

const host = await testHost('text_insights');
const user = host.user(...Object.values(permissions));
const input = { input_data: { test: 'data' } };

/** The id of a job that has ended. */
async function finishedJob(): Promise<string> {
  const { job_id } = await host.module.service.startProcessing({ ...input, options: {}, priority: 5 }, user);
  await host.finished(user, job_id);
  return job_id;
}

describe('POST /process', () => {
  it('accepts a job', async () => {
    const { status, headers, body } = await user.post('/process', input);
    expect(status).toBe(202);
    expect(body).toMatchObject({ status: 'pending', user_id: user.id, progress_percent: 0, attempt: 0 });
    expect(String(headers.location).endsWith(`/status/${body.job_id}`)).toBe(true);
  });

  it('refuses what it does not understand', async () => {
    const { status, body } = await user.post('/process', { input_data: {}, priority: 11, surprise: true });
    expect(status).toBe(422);
    const types = body.detail.map((problem: { type: string }) => problem.type);
    expect(types.sort()).toEqual(['extra_forbidden', 'less_than_equal', 'too_short']);
  });
});

describe('GET /status/{job_id}', () => {
  it('shows a job to its owner and to administrators, and to nobody else', async () => {
    const path = `/status/${await finishedJob()}`;
    expect((await user.get(path)).body).toMatchObject({ status: 'completed', progress_percent: 100 });
    expect((await host.admin().get(path)).status).toBe(200);
    const other = host.user(...Object.values(permissions));
    expect(await other.get(path)).toMatchObject({ status: 403, body: { detail: 'not_owner' } });
  });

  it('knows what is no job', async () => {
    expect((await user.get('/status/not-a-uuid')).status).toBe(422);
    const unknown = await user.get('/status/00000000-0000-4000-8000-000000000000');
    expect(unknown).toMatchObject({ status: 404, body: { detail: 'job_not_found' } });
  });
});

describe('GET /list', () => {
  it('lists own jobs, newest first', async () => {
    const owner = host.user(...Object.values(permissions));
    const request = { ...input, options: {}, priority: 5 };
    const older = await host.module.service.startProcessing(request, owner);
    const newer = await host.module.service.startProcessing(request, owner);
    const { body } = await owner.get('/list');
    expect(body).toMatchObject({ total: 2, skip: 0, limit: 20, has_more: false });
    expect(body.jobs.map((job: { job_id: string }) => job.job_id)).toEqual([newer.job_id, older.job_id]);
  });

  it('refuses a page that is too large', async () => {
    expect((await user.get('/list?limit=101')).status).toBe(422);
  });
});

describe('POST /cancel/{job_id}', () => {
  it('does not cancel what has ended', async () => {
    const answer = await user.post(`/cancel/${await finishedJob()}`);
    expect(answer).toMatchObject({ status: 409, body: { detail: 'job_not_cancellable' } });
  });
});

describe('GET /result/{job_id}', () => {
  it('answers what the work brought', async () => {
    const { status, body } = await user.get(`/result/${await finishedJob()}`);
    expect(status).toBe(200);
    expect(body).toMatchObject({ result_id: expect.any(String), output_data: expect.any(Object) });
  });
});

describe('GET /admin/stats', () => {
  it('counts all jobs', async () => {
    await finishedJob();
    const { status, body } = await user.get('/admin/stats');
    expect(status).toBe(200);
    expect(body.total_jobs).toBeGreaterThan(0);
  });
});

describe('POST /analyse', () => {
  it('does the work at once', async () => {
    const { status, body } = await user.call('POST', '/analyse', { input_data: { test: 'data' } });
    expect(status).toBe(200);
    expect(body).toMatchObject({ result_id: null, output_data: expect.any(Object) });
  });
});
