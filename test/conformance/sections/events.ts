import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { may } from '../wire/caller.ts';
import { expectProblems, expectRefusal, expectUnauthorised } from '../wire/expect-problem.ts';
import { cancel, eventsUntil, finish, publish, readEvents, submit } from '../wire/module-calls.ts';
import type { Event, Job } from '../wire/shapes.ts';
import { waitUntil } from '../wire/wait-until.ts';
import type { World } from '../world.ts';

/** Section 4, the events that a module emits about its jobs, and publishing through the host. */
export function describeEvents(world: World): void {
  const { subject, neighbour } = world;
  const { namespace } = subject;

  const expectEnvelope = (events: readonly Event[], { job_id, user_id, created_at }: Job) => {
    expect(new Set(events.map(({ event_id }) => event_id)).size).toBe(events.length);
    for (const event of events) {
      expect(event).toMatchObject({ source_module: subject.name, correlation_id: `job-${job_id}` });
      expect(event.data).toMatchObject({ job_id, user_id });
      expect(Math.abs(Date.now() - Date.parse(event.occurred_at))).toBeLessThan(600_000);
    }
    expect(events[0]).toMatchObject({ name: `${namespace}.started` });
    expect(Object.keys(events[0]!.data).sort()).toEqual(['created_at', 'job_id', 'user_id']);
    expect(Date.parse(`${events[0]!.data.created_at}`)).toBe(Date.parse(created_at));
    expect(`${events[0]!.data.created_at}`).toMatch(/Z$/);
    const progress = events.slice(1, -1);
    let last = 0;
    for (const event of progress) {
      expect(event.name).toBe(`${namespace}.progress`);
      expect(Object.keys(event.data).sort()).toEqual(['job_id', 'progress', 'user_id']);
      expect(event.data.progress).toBeGreaterThanOrEqual(last);
      last = event.data.progress as number;
    }
    expect(last).toBeLessThanOrEqual(100);
  };

  it('started, progress, completed: names, payloads, envelope and order', async () => {
    const caller = world.person();
    const accepted = await submit(caller, subject, { text: 'short' });
    const end = await finish(caller, subject, accepted.job_id);
    const events = await eventsUntil(world.admin(), accepted.job_id, `${namespace}.completed`);
    expectEnvelope(events, accepted);
    const { name, data } = events.at(-1)!;
    expect(name).toBe(`${namespace}.completed`);
    expect(data).toEqual({
      job_id: end.job_id,
      user_id: caller.sub,
      result_id: end.result_id,
      duration_seconds: expect.any(Number),
    });
    expect(data.duration_seconds).toBeGreaterThanOrEqual(0);
  });

  it('emits started once and failed once, regardless of the number of attempts', async () => {
    const caller = world.person();
    const accepted = await submit(caller, subject, { text: world.fake.script(500).text });
    const { attempt } = await finish(caller, subject, accepted.job_id);
    const events = await eventsUntil(world.admin(), accepted.job_id, `${namespace}.failed`);
    expectEnvelope(events, accepted);
    const wanted = { job_id: accepted.job_id, user_id: caller.sub, error_code: 'provider_unavailable', attempt };
    expect(events.at(-1)).toMatchObject({ name: `${namespace}.failed` });
    expect(events.at(-1)?.data).toEqual(wanted);
  });

  it('emits cancelled', async () => {
    const caller = world.person();
    const script = world.fake.script('hold');
    const accepted = await submit(caller, subject, { text: script.text });
    await script.seen();
    expect((await cancel(caller, subject, accepted.job_id)).status).toBe(204);
    const events = await eventsUntil(world.admin(), accepted.job_id, `${namespace}.cancelled`);
    expectEnvelope(events, accepted);
    expect(events.at(-1)).toMatchObject({ name: `${namespace}.cancelled` });
    expect(events.at(-1)?.data).toEqual({ job_id: accepted.job_id, user_id: caller.sub });
  });

  it('uses event names from the manifest verbatim, even if namespace and name differ', async () => {
    const caller = world.person();
    const { job_id } = await submit(caller, neighbour, { text: 'short' });
    const events = await eventsUntil(world.admin(), job_id, `${neighbour.namespace}.completed`);
    for (const event of events) {
      expect(event.name.split('.')[0]).toBe(neighbour.namespace);
      expect(event.source_module).toBe(neighbour.name);
    }
  });

  it('emits increasing progress for work in slices', async () => {
    const caller = world.person();
    const text = Array.from({ length: 100_000 }, (_, i) => `word${i % 977}`).join(' ');
    const { job_id } = await submit(caller, neighbour, { text });
    expect((await finish(caller, neighbour, job_id)).status).toBe('completed');
    const events = await eventsUntil(world.admin(), job_id, `${neighbour.namespace}.completed`);
    const steps = events.filter(({ name }) => name.endsWith('.progress')).map(({ data }) => data.progress as number);
    expect(steps.length).toBeGreaterThan(0);
    expect(steps).toEqual([...new Set(steps)].sort((a, b) => a - b));
  });

  describe('POST /api/v1/events', () => {
    const path = '/api/v1/events';
    const good = { name: 'report.requested', data: { any: 'thing' } };

    it('202 {event_id}; publishes the event unchanged', async () => {
      const given = { event_id: randomUUID(), correlation_id: `case-${randomUUID()}` };
      const [answer, own] = [await publish(world.admin(), { ...good, ...given }), await publish(world.admin(), good)];
      expect(answer).toBe(given.event_id);
      expect(own).not.toBe(answer);
      const events = await eventsWith(given.correlation_id);
      expect(events).toEqual([{ ...good, ...given, source_module: 'host', occurred_at: expect.any(String) }]);
    });

    const eventsWith = (correlation_id: string) =>
      waitUntil(`the event of ${correlation_id}`, async () => {
        const events = await readEvents(world.admin(), { correlation_id });
        return events.length > 0 && events;
      });

    it('is for admins only, with errors in the usual order', async () => {
      expectUnauthorised(await world.stranger().raw(path, '{'), 'not_authenticated');
      expectUnauthorised(await world.stranger('Bearer abc').raw(path, '{'), 'invalid_token');
      const permissions = may(subject, 'create', 'read', 'delete', 'admin');
      expectRefusal(await world.person({ permissions }).raw(path, '{'), 403, 'permission_denied');
      expectProblems(await world.admin().raw(path, '{'), 'json_invalid at body');
    });

    it.each([
      ['no name', { data: {} }, 'missing at body.name'],
      ['no data', { name: 'a.b' }, 'missing at body.data'],
      ['data a list', { name: 'a.b', data: [] }, 'dict_type at body.data'],
      ['event_id not a UUID', { ...good, event_id: 'x' }, 'uuid_parsing at body.event_id'],
      ['an unknown field', { ...good, source_module: 'x' }, 'extra_forbidden at body.source_module'],
    ])('422: %s', async (_, body, problem) => {
      expectProblems(await world.admin().post(path, body), problem);
    });
  });

  it('GET /api/v1/test/events is for admins only', async () => {
    expectUnauthorised(await world.stranger().get('/api/v1/test/events'), 'not_authenticated');
    expectRefusal(await world.person().get('/api/v1/test/events'), 403, 'permission_denied');
  });
}
