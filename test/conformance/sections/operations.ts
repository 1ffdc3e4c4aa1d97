import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import type { Caller } from '../wire/caller.ts';
import { expectProblems, expectRefusal, expectUnauthorised } from '../wire/expect-problem.ts';
import type { Step } from '../wire/fake-openai.ts';
import { cancel, finish, publish, readJob, submit } from '../wire/module-calls.ts';
import { job } from '../wire/shapes.ts';
import { waitUntil } from '../wire/wait-until.ts';
import type { World } from '../world.ts';

const anyJob = job.extend({
  module: z.string(),
  last_error_code: z.string().nullable(),
  next_attempt_at: z.iso.datetime().nullable(),
});
const jobPage = z.strictObject({ jobs: z.array(anyJob), has_more: z.boolean() });
const json = z.record(z.string(), z.unknown());
const details = anyJob.extend({
  input_data: json,
  options: json,
  output_data: json.nullable(),
  metadata: json.nullable(),
});
const retried = z.strictObject({
  retried: z.number(),
  skipped: z.record(z.string(), z.number()),
  has_more: z.boolean(),
});
const letter = z.strictObject({
  id: z.string(),
  event_id: z.guid(),
  module: z.string(),
  event: z.string(),
  source_module: z.string(),
  correlation_id: z.string(),
  occurred_at: z.iso.datetime(),
  dead_at: z.iso.datetime(),
  attempt: z.number(),
  error_code: z.string(),
});
const letterPage = z.strictObject({ dead_letters: z.array(letter), has_more: z.boolean() });

const setting = z.strictObject({
  key: z.string(),
  value: z.unknown(),
  source: z.enum(['environment', 'manifest', 'default']),
  variable: z.string(),
  description: z.string().nullable(),
});

/** What administrators see and do: jobs of all modules, and events that were given up. */
export function describeOperations(world: World): void {
  const { subject, neighbour } = world;

  const jobs = async (query: string) => {
    const answer = await world.admin().get(`/api/v1/jobs${query}`);
    expect(answer.status, answer.text).toBe(200);
    return jobPage.parse(answer.json);
  };
  const letters = async (query: string) => {
    const answer = await world.admin().get(`/dead-letters${query}`);
    expect(answer.status, answer.text).toBe(200);
    return letterPage.parse(answer.json);
  };
  const failedJob = async (caller: Caller, ...steps: readonly Step[]) => {
    const { job_id } = await submit(caller, subject, { text: world.fake.script(...steps).text });
    expect((await finish(caller, subject, job_id)).status).toBe('failed');
    return job_id;
  };

  it.each([
    ['GET', `/api/v1/configuration/${subject.name}`],
    ['GET', '/api/v1/jobs'],
    ['GET', `/api/v1/jobs/${randomUUID()}`],
    ['POST', `/api/v1/jobs/${randomUUID()}/cancel`],
    ['POST', `/api/v1/jobs/${randomUUID()}/retry`],
    ['POST', '/api/v1/jobs/retry'],
    ['GET', '/dead-letters'],
    ['GET', `/dead-letters/${randomUUID()}.x`],
    ['POST', `/dead-letters/${randomUUID()}.x/replay`],
    ['POST', '/dead-letters/replay'],
  ] as const)('%s %s is for administrators', async (method, path) => {
    expectUnauthorised(await world.stranger().send({ method, path }), 'not_authenticated');
    expectRefusal(await world.person().send({ method, path }), 403, 'permission_denied');
  });

  it('the settings of a module say where they come from', async () => {
    const answer = await world.admin().get(`/api/v1/configuration/${subject.name}`);
    const { settings } = z.object({ settings: z.array(setting) }).parse(answer.json);
    const bySource = new Map(settings.map(({ key, value, source }) => [key, { value, source }]));
    expect(bySource.get('max_pending_jobs')).toEqual({ value: world.maxPendingJobs, source: 'environment' });
    expect(bySource.get('retention_days')?.source).toBe('default');
    expect(settings.some(({ source }) => source === 'manifest')).toBe(true);
    const variable = `${subject.name}_max_pending_jobs`.toUpperCase();
    expect(settings.find(({ key }) => key === 'max_pending_jobs')?.variable).toBe(variable);
    expectRefusal(await world.admin().get('/api/v1/configuration/nothing'), 404, 'module_not_found');
  });

  describe('jobs of all modules', () => {
    it('are listed newest first, page by page, and by filters', async () => {
      const caller = world.person();
      const ids: string[] = [];
      for (const module of [subject, neighbour, subject]) {
        const { job_id } = await submit(caller, module, { text: 'short' });
        await finish(caller, module, job_id);
        ids.unshift(job_id);
      }
      const mine = `?user_id=${caller.sub}`;
      const all = await jobs(mine);
      expect(all.jobs.map((each) => [each.job_id, each.module])).toEqual(
        ids.map((id, i) => [id, i === 1 ? neighbour.name : subject.name]),
      );
      expect(all.has_more).toBe(false);
      const first = await jobs(`${mine}&limit=2`);
      expect([first.jobs.map(({ job_id }) => job_id), first.has_more]).toEqual([ids.slice(0, 2), true]);
      const rest = await jobs(`${mine}&limit=2&before=${ids[1]}`);
      expect([rest.jobs.map(({ job_id }) => job_id), rest.has_more]).toEqual([ids.slice(2), false]);
      expect((await jobs(`${mine}&module=${neighbour.name}`)).jobs.map(({ job_id }) => job_id)).toEqual([ids[1]]);
      expect((await jobs(`${mine}&status=failed`)).jobs).toEqual([]);
    });

    it('are shown with input and output', async () => {
      const caller = world.person();
      const { job_id } = await submit(caller, neighbour, { test: 'data' });
      const done = await finish(caller, neighbour, job_id);
      const answer = await world.admin().get(`/api/v1/jobs/${job_id}`);
      expect(details.parse(answer.json)).toMatchObject({
        ...done,
        module: neighbour.name,
        input_data: { test: 'data' },
        output_data: expect.anything(),
      });
      expectRefusal(await world.admin().get(`/api/v1/jobs/${randomUUID()}`), 404, 'job_not_found');
    });

    it('show why the last attempt failed; the owner sees that of a failed job', async () => {
      const caller = world.person();
      const script = world.fake.script(500, 'hold');
      const { job_id } = await submit(caller, subject, { text: script.text });
      await script.seen(2);
      const { jobs: found } = await jobs(`?user_id=${caller.sub}&error_code=provider_unavailable`);
      expect(found).toMatchObject([{ job_id, attempt: 2, error_code: null, last_error_code: 'provider_unavailable' }]);
      expect((await readJob(caller, subject, job_id)).error_code).toBeNull();
      script.release();
      expect((await finish(caller, subject, job_id)).status).toBe('completed');
      const answer = await world.admin().get(`/api/v1/jobs/${job_id}`);
      expect(details.parse(answer.json)).toMatchObject({ last_error_code: null, next_attempt_at: null });
    });

    it('can be cancelled, and then started again', async () => {
      const caller = world.person();
      const { job_id } = await submit(caller, subject, { text: world.fake.script('hold').text });
      expect((await world.admin().post(`/api/v1/jobs/${job_id}/cancel`)).status).toBe(204);
      expect((await readJob(caller, subject, job_id)).status).toBe('cancelled');
      expectRefusal(await world.admin().post(`/api/v1/jobs/${job_id}/cancel`), 409, 'job_not_cancellable');
      const answer = await world.admin().post(`/api/v1/jobs/${job_id}/retry`);
      expect(answer.status, answer.text).toBe(202);
      const again = anyJob.parse(answer.json);
      expect(again).toMatchObject({ module: subject.name, user_id: caller.sub, status: 'pending' });
      expect((await cancel(caller, subject, again.job_id)).status).toBe(204);
    });

    it('that failed are started again by a filter, each once', async () => {
      const caller = world.person();
      const ids = [await failedJob(caller, 400, 'ok'), await failedJob(caller, 400, 'ok')];
      const filter = { user_id: caller.sub, error_code: 'provider_rejected' };
      const answer = await world.admin().post('/api/v1/jobs/retry', filter);
      expect(retried.parse(answer.json)).toEqual({ retried: 2, skipped: {}, has_more: false });
      const { jobs: now } = await jobs(`?user_id=${caller.sub}`);
      const added = now.filter(({ job_id }) => !ids.includes(job_id));
      for (const { job_id } of added) expect((await finish(caller, subject, job_id)).status).toBe('completed');
      const again = await world.admin().post('/api/v1/jobs/retry', filter);
      expect(retried.parse(again.json)).toEqual({ retried: 0, skipped: {}, has_more: false });
    });

    it('422 for a query and a body that do not fit', async () => {
      const admin = world.admin();
      expectProblems(await admin.get('/api/v1/jobs?limit=101'), 'less_than_equal at query.limit');
      expectProblems(await admin.get('/api/v1/jobs?status=gone'), 'enum at query.status');
      expectProblems(await admin.get('/api/v1/jobs?before=x'), 'uuid_parsing at query.before');
      expectProblems(await admin.get('/api/v1/jobs?module=a&module=b'), 'string_type at query.module');
      expectProblems(await admin.get('/api/v1/jobs/x'), 'uuid_parsing at path.job_id');
      expectProblems(await admin.post('/api/v1/jobs/retry', { status: 'failed' }), 'extra_forbidden at body.status');
    });
  });

  const { subscribed } = subject;
  if (subscribed === undefined) return;
  describe('dead letters', () => {
    /** An event whose data is too large to be the input of a job. */
    const giveUp = async () => {
      const user = world.person();
      const correlation_id = `dead-${randomUUID()}`;
      const data = { user_id: user.sub, text: 'x'.repeat(world.maxInputBytes) };
      await publish(world.admin(), { name: subscribed, data, correlation_id });
      const dead = await waitUntil('the dead letter', async () =>
        (await letters(`?event=${subscribed}&error_code=input_invalid`)).dead_letters.find(
          (each) => each.correlation_id === correlation_id && each.module === subject.name,
        ),
      );
      return { dead, data };
    };

    it('are listed and shown with their data', async () => {
      const { dead, data } = await giveUp();
      expect(dead).toMatchObject({
        id: `${dead.event_id}.${subject.name}`,
        event: subscribed,
        attempt: 1,
        error_code: 'input_invalid',
        source_module: 'host',
      });
      const answer = await world.admin().get(`/dead-letters/${dead.id}`);
      expect(answer.json).toEqual({ ...dead, data });
      expect((await letters(`?before=${dead.id}`)).dead_letters.map(({ id }) => id)).not.toContain(dead.id);
      for (const id of [`${randomUUID()}.${subject.name}`, 'x', `${dead.event_id}.other`])
        expectRefusal(await world.admin().get(`/dead-letters/${id}`), 404, 'dead_letter_not_found');
    });

    it('are delivered again, one or those that match', async () => {
      const { dead } = await giveUp();
      const again = async () =>
        waitUntil('the next end', async () => {
          const answer = await world.admin().get(`/dead-letters/${dead.id}`);
          return answer.status === 200 && letter.loose().parse(answer.json);
        });
      const one = await world.admin().post(`/dead-letters/${dead.id}/replay`);
      expect([one.status, one.json]).toEqual([202, { replayed: 1, has_more: false }]);
      const second = await again();
      expect(second).toMatchObject({ attempt: 1, error_code: 'input_invalid' });
      expect(Date.parse(second.dead_at)).toBeGreaterThan(Date.parse(dead.dead_at));
      const all = await world.admin().post('/dead-letters/replay', { module: subject.name, event: subscribed });
      expect(all.status).toBe(202);
      expect(all.json).toMatchObject({ has_more: false });
      expect(Date.parse((await again()).dead_at)).toBeGreaterThan(Date.parse(second.dead_at));
      const none = await world.admin().post('/dead-letters/replay', { event: 'nothing.happened' });
      expect(none.json).toEqual({ replayed: 0, has_more: false });
    });
  });
}
