import { describe, expect, it } from 'vitest';
import type { Host } from '../host/host.ts';
import { under } from '../wire/caller.ts';
import { expectRefusal } from '../wire/expect-problem.ts';
import { finish, list, readJob, submit } from '../wire/module-calls.ts';
import { health } from '../wire/shapes.ts';
import { waitUntil } from '../wire/wait-until.ts';
import type { World } from '../world.ts';
import { validBody } from './endpoints.ts';

/** Section 7, what only several processes show: a queue nobody works on, and a queue that is gone. */
export function describeDistributed(world: World): void {
  const { neighbour } = world;
  const statusOf = async (host: Host) =>
    health.parse((await world.admin(host).get(under(neighbour, '/health'))).json).status;

  it('a queue with no worker is not fine: degraded; what is accepted waits', async () => {
    const host = await world.launch({ env: world.subjectEnv({}), withoutWorkers: true });
    try {
      await waitUntil('degraded', async () => (await statusOf(host)) === 'degraded');
      const caller = world.person(undefined, host);
      const { job_id } = await submit(caller, neighbour, { test: 'data' });
      expect(await readJob(caller, neighbour, job_id)).toMatchObject({ status: 'pending', attempt: 0 });
    } finally {
      await host.dispose();
    }
  });

  describe.runIf(world.launcher.services?.stopQueue !== undefined)('the server of the queue stopped', () => {
    it('503 queue_unavailable with Retry-After, the row failed; all is well once it is back', async () => {
      const host = await world.launch({ env: world.subjectEnv({}) });
      const { services } = world.launcher;
      try {
        const caller = world.person(undefined, host);
        await services?.stopQueue?.();
        const answer = await caller.post(under(neighbour, '/process'), validBody);
        expectRefusal(answer, 503, 'queue_unavailable');
        expect(answer.headers['retry-after']).toBe('5');
        const { jobs } = await list(caller, neighbour);
        expect(jobs.map(({ status, error_code }) => [status, error_code])).toEqual([['failed', 'queue_unavailable']]);
        expect(['degraded', 'unhealthy']).toContain(await statusOf(host));
        await services?.startQueue();
        await waitUntil('healthy', async () => (await statusOf(host)) === 'healthy', 30);
        const { job_id } = await submit(caller, neighbour, { test: 'data' });
        expect((await finish(caller, neighbour, job_id, 30)).status).toBe('completed');
      } finally {
        await services?.startQueue();
        await host.dispose();
      }
    }, 120_000);
  });
}
