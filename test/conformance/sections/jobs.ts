import { describe, expect, it } from 'vitest';
import { under } from '../wire/caller.ts';
import { expectRefusal } from '../wire/expect-problem.ts';
import type { Step } from '../wire/fake-openai.ts';
import { cancel, finish, list, readJob, submit } from '../wire/module-calls.ts';
import { job, result, stats } from '../wire/shapes.ts';
import { waitUntil } from '../wire/wait-until.ts';
import type { World } from '../world.ts';

/** Section 3: states, attempts, errors, results and statistics. */
export function describeJobs(world: World): void {
  const { subject } = world;
  const everyAttempt = world.retryAttempts + 1;

  it('202 with the accepted job and its Location', async () => {
    const caller = world.person();
    const answer = await caller.post(under(subject, '/process'), { input_data: { test: 'data' } });
    expect(answer.status).toBe(202);
    const accepted = job.parse(answer.json);
    expect(accepted).toMatchObject({ status: 'pending', user_id: caller.sub, progress_percent: 0, attempt: 0 });
    expect(accepted).toMatchObject({ started_at: null, error_code: null, error_message: null, result_id: null });
    expect(answer.headers.location).toBe(under(subject, `/status/${accepted.job_id}`));
    expect(answer.headers['content-type']).toMatch(/^application\/json/);
    expect((await caller.get(`${answer.headers.location}`)).status).toBe(200);
  });

  it('pending, processing, completed, with times in order and a result', async () => {
    const caller = world.person();
    const script = world.fake.script('hold', 'ok');
    const { job_id } = await submit(caller, subject, { text: script.text });
    await script.seen();
    const during = await readJob(caller, subject, job_id);
    expect(during).toMatchObject({ status: 'processing', attempt: 1, result_id: null });
    expectRefusal(await caller.get(under(subject, `/result/${job_id}`)), 409, 'result_not_ready');
    script.release();
    const end = await finish(caller, subject, job_id);
    expect(end).toMatchObject({ status: 'completed', progress_percent: 100, attempt: 1, error_code: null });
    const times = [end.created_at, end.started_at, end.completed_at].map((time) => Date.parse(`${time}`));
    expect(times).toEqual([...times].sort((a, b) => a - b));
    expect(Math.abs(Date.now() - times[0]!)).toBeLessThan(600_000);
    const answer = await caller.get(under(subject, `/result/${job_id}`));
    expect(answer.status).toBe(200);
    const found = result.parse(answer.json);
    expect(found.result_id).toBe(end.result_id);
    expect(found.output_data).toEqual({ text: 'answer of gpt-4o-mini', model: 'gpt-4o-mini', tokens: 12 });
    expect(await readJob(caller, subject, job_id), 'terminal states never change').toEqual(end);
  });

  const transient: ReadonlyArray<readonly [name: string, step: Step]> = [
    ...[408, 409, 429, 500, 502, 503].map((code) => [`${code}`, code] as const),
    ['a closed connection', 'drop'],
  ];
  it.concurrent.each(transient)('a transient error is retried: %s', async (_, step) => {
    const caller = world.person();
    const script = world.fake.script(step, 'ok');
    const { job_id } = await submit(caller, subject, { text: script.text });
    expect(await finish(caller, subject, job_id)).toMatchObject({ status: 'completed', attempt: 2 });
    expect(script.arrivals.length, 'the client itself does not retry').toBe(2);
  });

  it('failed provider_unavailable after the last attempt, with increasing delays', async () => {
    const caller = world.person();
    const script = world.fake.script(503);
    const { job_id } = await submit(caller, subject, { text: script.text });
    const end = await finish(caller, subject, job_id);
    expect(end).toMatchObject({ status: 'failed', error_code: 'provider_unavailable', attempt: everyAttempt });
    expect(script.arrivals.length).toBe(everyAttempt);
    const [first = 0, second = 0, third = 0] = script.arrivals;
    expect(second - first).toBeGreaterThanOrEqual(world.retryDelaySeconds * 1000);
    expect(third - second).toBeGreaterThanOrEqual(world.retryDelaySeconds * 2000);
    expectRefusal(await caller.get(under(subject, `/result/${job_id}`)), 409, 'result_unavailable');
  });

  it.concurrent.each([400, 401, 403, 404, 422])('failed provider_rejected without a retry: %s', async (code) => {
    const caller = world.person();
    const script = world.fake.script(code);
    const { job_id } = await submit(caller, subject, { text: script.text });
    const end = await finish(caller, subject, job_id);
    expect(end).toMatchObject({ status: 'failed', error_code: 'provider_rejected', attempt: 1 });
    expect(script.arrivals.length).toBe(1);
  });

  it('failed timeout when every attempt hangs', async () => {
    const caller = world.person();
    const script = world.fake.script('hold');
    const { job_id } = await submit(caller, subject, { text: script.text });
    const end = await finish(caller, subject, job_id);
    expect(end).toMatchObject({ status: 'failed', error_code: 'timeout', attempt: everyAttempt });
    expect(script.arrivals.length, 'the client itself does not retry').toBeLessThanOrEqual(everyAttempt);
  });

  it('completed when only the first attempt hangs', async () => {
    const caller = world.person();
    const { job_id } = await submit(caller, subject, { text: world.fake.script('hold', 'ok').text });
    expect(await finish(caller, subject, job_id)).toMatchObject({ status: 'completed', attempt: 2, error_code: null });
  });

  it('an invalid provider answer ends the job with an error code', async () => {
    const caller = world.person();
    const { job_id } = await submit(caller, subject, { text: world.fake.script('garbage').text });
    const end = await finish(caller, subject, job_id);
    if (end.status === 'failed')
      expect(['internal_error', 'provider_unavailable', 'provider_rejected']).toContain(end.error_code);
  });

  it('has one sentence for each code, without the exception message', async () => {
    const caller = world.person();
    const sentences: string[] = [];
    for (const step of [400, 422] as const) {
      const { job_id } = await submit(caller, subject, { text: world.fake.script(step).text });
      sentences.push(`${(await finish(caller, subject, job_id)).error_message}`);
    }
    expect(sentences[0]).toBe(sentences[1]);
    expect(sentences[0]).toMatch(/^[A-Z][^\n]+\.$/);
  });

  it('limits concurrent jobs to the manifest’s maximum, and completes all of them', async () => {
    const script = world.fake.script('hold');
    const limit = subject.maxConcurrentJobs * world.launcher.workers;
    const people = Array.from({ length: Math.ceil((limit + 2) / world.maxPendingJobs) }, () => world.person());
    const ids: Array<readonly [(typeof people)[number], string]> = [];
    for (let i = 0; i < limit + 2; i += 1) {
      const owner = people[i % people.length]!;
      ids.push([owner, (await submit(owner, subject, { text: script.text })).job_id]);
    }
    await script.seen(world.launcher.mode === 'embedded' ? Math.min(limit, 2) : 1);
    const states = await Promise.all(ids.map(([owner, id]) => readJob(owner, subject, id)));
    expect(states.filter(({ status }) => status === 'processing').length).toBeLessThanOrEqual(limit);
    script.release();
    for (const [owner, id] of ids) expect((await finish(owner, subject, id)).status).toBe('completed');
    expect(script.mostHeld()).toBeLessThanOrEqual(limit);
  });

  describe('admin/stats', () => {
    const read = async () => {
      const answer = await world.admin().get(under(subject, '/admin/stats'));
      expect(answer.status).toBe(200);
      return stats.parse(answer.json);
    };

    it('counts the jobs in every state, from the database', async () => {
      const before = await waitUntil('a quiet module', async () => {
        const now = await read();
        return now.pending_jobs + now.processing_jobs === 0 && now;
      });
      const caller = world.person();
      const ends = { completed: 'ok', failed: 400 } as const;
      for (const [state, step] of Object.entries(ends)) {
        const { job_id } = await submit(caller, subject, { text: world.fake.script(step).text });
        expect((await finish(caller, subject, job_id)).status).toBe(state);
      }
      const held = world.fake.script('hold');
      const { job_id } = await submit(caller, subject, { text: held.text });
      await held.seen();
      const during = await read();
      expect(during).toMatchObject({ total_jobs: before.total_jobs + 3, processing_jobs: 1, pending_jobs: 0 });
      expect((await cancel(caller, subject, job_id)).status).toBe(204);
      const after = await read();
      expect(after).toMatchObject({
        total_jobs: before.total_jobs + 3,
        processing_jobs: 0,
        completed_jobs: before.completed_jobs + 1,
        failed_jobs: before.failed_jobs + 1,
        cancelled_jobs: before.cancelled_jobs + 1,
      });
      const { total_jobs, pending_jobs, processing_jobs, completed_jobs, failed_jobs, cancelled_jobs } = after;
      expect(pending_jobs + processing_jobs + completed_jobs + failed_jobs + cancelled_jobs).toBe(total_jobs);
      expect(after.avg_duration_ms).not.toBeNull();
      expect(after.uptime_seconds).toBeGreaterThanOrEqual(before.uptime_seconds);
      expect((await list(caller, subject)).total).toBe(3);
    });
  });
}
