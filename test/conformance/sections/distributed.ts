import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Host } from '../host/host.ts';
import { queryDatabase } from '../host/query.ts';
import { under } from '../wire/caller.ts';
import { expectRefusal } from '../wire/expect-problem.ts';
import { cancel, finish, list, publish, readEvents, readJob, submit } from '../wire/module-calls.ts';
import { health, stats } from '../wire/shapes.ts';
import { waitUntil } from '../wire/wait-until.ts';
import type { World } from '../world.ts';
import { validBody } from './endpoints.ts';

/** Section 7, several processes: no workers, two web processes, an unavailable database, an unavailable queue. */
export function describeDistributed(world: World): void {
  const { subject, neighbour } = world;
  const statusOf = async (host: Host) =>
    health.parse((await world.admin(host).get(under(neighbour, '/health'))).json).status;

  it('is degraded without workers; accepted jobs wait', async () => {
    const host = await world.launch({ env: world.subjectEnv({}), withoutWorkers: true });
    try {
      await waitUntil('degraded', async () => (await statusOf(host)) === 'degraded');
      const { metrics } = health.parse((await world.admin(host).get(under(neighbour, '/health'))).json);
      expect(metrics.reasons).toEqual({ queue: 'no_workers' });
      const caller = world.person(undefined, host);
      const { job_id } = await submit(caller, neighbour, { test: 'data' });
      expect(await readJob(caller, neighbour, job_id)).toMatchObject({ status: 'pending', attempt: 0 });
    } finally {
      await host.dispose();
    }
  });

  describe('two web processes on one database', () => {
    let [one, two]: Array<Host | undefined> = [];
    const both = (): readonly [Host, Host] => [one!, two!];
    beforeAll(async () => {
      one = await world.launch({ env: world.subjectEnv({ timeout_seconds: '60' }) });
      two = await world.launch({ env: world.subjectEnv({ timeout_seconds: '60' }), withoutWorkers: true, beside: one });
    });
    afterAll(async () => {
      await two?.dispose();
      await one?.dispose();
    });

    it('share jobs: each sees, cancels and counts the other’s', async () => {
      const [here, there] = both();
      const caller = world.person(undefined, here);
      const same = world.named(caller.sub, { permissions: [`${subject.namespace}:*`] }, there);
      const script = world.fake.script('hold');
      const { job_id } = await submit(caller, subject, { text: script.text });
      await script.seen();
      expect((await readJob(same, subject, job_id)).status).toBe('processing');
      expect((await cancel(same, subject, job_id)).status).toBe(204);
      expect((await readJob(caller, subject, job_id)).status).toBe('cancelled');
      const figures = await Promise.all(
        both().map(async (host) => {
          const { uptime_seconds: _, ...rest } = stats.parse(
            (await world.admin(host).get(under(subject, '/admin/stats'))).json,
          );
          return rest;
        }),
      );
      expect(figures[0]).toEqual(figures[1]);
    });

    it('each event reaches each group once, regardless of the number of processes', async () => {
      const [here, there] = both();
      const correlation_id = `case-${randomUUID()}`;
      const user = world.person(undefined, here);
      for (const [i, host] of both().entries()) {
        const data = { user_id: user.sub, text: `from web ${i}` };
        await publish(world.admin(host), { name: `${subject.subscribed}`, data, correlation_id });
      }
      await waitUntil('both jobs', async () => (await list(user, subject)).total === 2);
      for (const { job_id } of (await list(user, subject)).jobs) await finish(user, subject, job_id);
      const seen = await waitUntil('both events', async () => {
        const events = await readEvents(world.admin(there), { correlation_id });
        return events.length >= 2 && events;
      });
      expect(seen.length).toBe(2);
      expect((await list(user, subject)).total).toBe(2);
    });

    it('the other workers finish the jobs of a killed worker', async () => {
      const [host] = both();
      const people = Array.from({ length: 2 * subject.maxConcurrentJobs }, () => world.person(undefined, host));
      const script = world.fake.script('hold');
      const jobs = await Promise.all(people.map((who) => submit(who, subject, { text: script.text })));
      await script.seen(2);
      await host.workers[0]?.kill();
      script.release();
      if (world.launcher.workers === 1) {
        await host.kill();
        await host.start();
      }
      for (const [i, { job_id }] of jobs.entries()) {
        const end = await finish(people[i]!, subject, job_id);
        expect(end.status).toBe('completed');
      }
    }, 180_000);
  });

  describe('while the database is stopped', () => {
    it('503 database_unavailable with Retry-After, within five seconds; works again after the restart', async () => {
      const host = await world.launch({ env: world.subjectEnv({}) });
      const { services } = world.launcher;
      try {
        const caller = world.person(undefined, host);
        const { job_id } = await submit(caller, neighbour, { test: 'data' });
        await services?.database?.stop();
        const begin = performance.now();
        const answers = [
          await caller.post(under(neighbour, '/process'), validBody),
          await caller.get(under(neighbour, '/list')),
          await caller.get(under(neighbour, `/status/${job_id}`)),
          await caller.post(under(neighbour, `/cancel/${job_id}`)),
          await world.admin(host).post('/api/v1/events', { name: 'report.requested', data: {} }),
        ];
        // At most five seconds each; the rest is for a slow machine.
        expect((performance.now() - begin) / answers.length).toBeLessThan(10_000);
        for (const answer of answers) {
          expectRefusal(answer, 503, 'database_unavailable');
          expect(answer.headers['retry-after']).toBe('5');
        }
        expect((await caller.get('/health')).status).toBe(503);
        expectRefusal(await caller.get('/readyz'), 503, 'database_unavailable');
        expect((await caller.get('/livez')).status).toBe(200);
        await services?.database?.start();
        await waitUntil('healthy', async () => (await statusOf(host)) === 'healthy');
        const later = await submit(caller, neighbour, { test: 'data' });
        for (const id of [job_id, later.job_id]) expect((await finish(caller, neighbour, id)).status).toBe('completed');
      } finally {
        await services?.database?.start();
        await host.dispose();
      }
    }, 180_000);
  });

  it('503 schema_missing with Retry-After while a table of the runtime is missing; goes on when it is back', async () => {
    const host = await world.launch({ env: world.subjectEnv({}) });
    try {
      const caller = world.person(undefined, host);
      const { job_id } = await submit(caller, neighbour, { test: 'data' });
      queryDatabase(host, 'alter table ai.jobs rename to jobs_elsewhere');
      const answers = [
        await caller.post(under(neighbour, '/process'), validBody),
        await caller.get(under(neighbour, `/status/${job_id}`)),
        await caller.get('/readyz'),
      ];
      for (const answer of answers) {
        expectRefusal(answer, 503, 'schema_missing');
        expect(answer.headers['retry-after']).toBe('5');
      }
      expect((await caller.get('/livez')).status).toBe(200);
      queryDatabase(host, 'alter table ai.jobs_elsewhere rename to jobs');
      await waitUntil('ready', async () => (await caller.get('/readyz')).status === 200);
      const later = await submit(caller, neighbour, { test: 'data' });
      for (const id of [job_id, later.job_id]) expect((await finish(caller, neighbour, id)).status).toBe('completed');
    } finally {
      await host.dispose();
    }
  }, 180_000);

  if (!world.launcher.hasQueueServer) return;
  describe('while the queue server is stopped', () => {
    it('accepts jobs, which wait; health is degraded; works again after the restart', async () => {
      const host = await world.launch({ env: world.subjectEnv({}) });
      const { services } = world.launcher;
      try {
        const caller = world.person(undefined, host);
        await services?.queue?.stop();
        const { job_id } = await submit(caller, neighbour, { test: 'data' });
        await waitUntil('degraded', async () => (await statusOf(host)) === 'degraded');
        const { metrics } = health.parse((await world.admin(host).get(under(neighbour, '/health'))).json);
        expect(metrics.reasons).toEqual({ queue: 'broker_unavailable' });
        await services?.queue?.start();
        await waitUntil('healthy', async () => (await statusOf(host)) === 'healthy');
        expect((await finish(caller, neighbour, job_id)).status).toBe('completed');
      } finally {
        await services?.queue?.start();
        await host.dispose();
      }
    }, 180_000);
  });
}
