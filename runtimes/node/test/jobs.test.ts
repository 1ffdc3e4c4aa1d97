import { randomUUID } from 'node:crypto';
import { afterAll, describe, expect, it } from 'vitest';
import { sampleHost } from './sample-host.ts';

const host = await sampleHost({ SAMPLE_MAX_PENDING_JOBS: '5', SAMPLE_MAX_INPUT_BYTES: '2000' });
const { service } = host.module;

afterAll(() => host.stop());

function start(user: { id: string }, ...steps: string[]) {
  const request = { input_data: { steps, key: randomUUID() }, options: {}, priority: 5 };
  return service.startProcessing(request, user);
}

async function outcomeOf(...steps: string[]) {
  const user = host.user();
  const { job_id } = await start(user, ...steps);
  const job = await host.finished(user, job_id);
  const last = `sample.${job.status}`;
  await host.until(() => host.eventsOf(job_id).some((event) => event.name === last));
  return { job, events: host.eventsOf(job_id) };
}

describe('an attempt', () => {
  it('that succeeds completes the job', async () => {
    const { job, events } = await outcomeOf('ok');
    expect(job).toMatchObject({ status: 'completed', attempt: 1, progress_percent: 100, error_code: null });
    expect(events.map((event) => event.name)).toEqual(['sample.started', 'sample.completed']);
  });

  it('that fails for now is tried again', async () => {
    expect((await outcomeOf('transient', 'ok')).job).toMatchObject({ status: 'completed', attempt: 2 });
  });

  it('that fails for good ends the job', async () => {
    const { job, events } = await outcomeOf('permanent', 'ok');
    expect(job).toMatchObject({ status: 'failed', attempt: 1, error_code: 'no_such_thing', result_id: null });
    expect(events.at(-1)?.data).toMatchObject({ error_code: 'no_such_thing', attempt: 1 });
  });

  it('is the last one after retry_attempts retries', async () => {
    const { job } = await outcomeOf('transient');
    expect(job).toMatchObject({ status: 'failed', attempt: 3, error_code: 'provider_unavailable' });
  });

  it('that takes too long fails with timeout', async () => {
    expect((await outcomeOf('hang')).job).toMatchObject({ status: 'failed', attempt: 3, error_code: 'timeout' });
  });

  it('that throws anything else says so without its text', async () => {
    const { job, events } = await outcomeOf('unexpected');
    expect(job).toMatchObject({ status: 'failed', error_code: 'internal_error' });
    expect(JSON.stringify([job, events])).not.toContain('secret');
  });

  it.each([
    ['unstorable', 'internal_error'],
    ['endless', 'internal_error'],
    ['half a character', 'output_invalid'],
  ])('whose output can not be stored ends the job: %s', async (step, error_code) => {
    const { job } = await outcomeOf(step, 'ok');
    expect(job).toMatchObject({ status: 'failed', attempt: 1, error_code, result_id: null });
  });

  it('reports progress, in events at most once a second', async () => {
    const { job, events } = await outcomeOf('progress');
    const published = events.filter((event) => event.name === 'sample.progress');
    expect([published[0]?.data.progress, job.progress_percent]).toEqual([30, 100]);
    const times = published.map((event) => Date.parse(event.occurred_at));
    expect(times.slice(1).every((time, index) => time - (times[index] ?? 0) >= 1_000)).toBe(true);
  });
});

describe('a cancellation', () => {
  it('ends a job at work, whose result is thrown away', async () => {
    const user = host.user();
    const { job_id } = await start(user, 'hang');
    await host.until(async () => (await service.getJob(job_id, user)).status === 'processing');
    await service.cancelJob(job_id, user);
    await expect(service.cancelJob(job_id, user)).rejects.toMatchObject({ code: 'job_not_cancellable' });
    await host.until(() => host.eventsOf(job_id).some((event) => event.name === 'sample.cancelled'));
    expect(host.eventsOf(job_id).map((event) => event.name)).toEqual(['sample.started', 'sample.cancelled']);
    await expect(service.getResult(job_id, user)).rejects.toMatchObject({ code: 'result_unavailable' });
  });
});

describe('what is refused', () => {
  it('a job too many', async () => {
    const user = { id: randomUUID() };
    for (let i = 0; i < 5; i += 1) await start(user, 'hang');
    await expect(start(user, 'ok')).rejects.toMatchObject({
      status: 429,
      code: 'too_many_jobs',
      headers: { 'retry-after': '5' },
    });
    await service.eraseUser(user.id);
  });

  it('an input that is too large', async () => {
    const large = { input_data: { text: 'x'.repeat(2_000) }, options: {}, priority: 5 };
    await expect(service.startProcessing(large, { id: 'somebody' })).rejects.toMatchObject({
      detail: [{ type: 'too_long' }],
    });
  });
});

describe('a direct call', () => {
  it('is bounded in time and not tried again', async () => {
    const call = (step: string) => host.module.process({ input_data: { steps: [step] }, options: {} });
    await expect(call('hang')).rejects.toMatchObject({ code: 'timeout' });
    await expect(call('half a character')).rejects.toMatchObject({ code: 'output_invalid' });
    await expect(call('transient')).rejects.toMatchObject({ code: 'provider_unavailable' });
    expect(await call('ok')).toMatchObject({ result_id: null, output_data: { attempt: 1 } });
  });
});
