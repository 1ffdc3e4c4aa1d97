import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Host } from '../host/host.ts';
import { under } from '../wire/caller.ts';
import { eventsOf, finish, list, submit } from '../wire/module-calls.ts';
import type { World } from '../world.ts';

/** Section 3, last sentence: SIGKILL loses no accepted job. Kills and restarts a separate host. */
export function describeCrash(world: World): void {
  const { subject, neighbour } = world;
  let host: Host;

  beforeAll(async () => {
    const env = world.subjectEnv({ timeout_seconds: '60', retry_delay_seconds: '0.1', retry_attempts: '10' });
    host = await world.launch({ ownSecret: true, env });
  });
  afterAll(() => host?.dispose());

  it('killed during jobs and requests: every accepted job ends after the restart', async () => {
    const people = Array.from({ length: 10 }, () => world.person(undefined, host));
    const script = world.fake.script('hold');
    const accepted: Array<readonly [who: (typeof people)[number], module: typeof subject, id: string]> = [];
    for (const who of people) {
      accepted.push([who, subject, (await submit(who, subject, { text: script.text })).job_id]);
    }
    await script.seen(Math.min(2, subject.maxConcurrentJobs));
    const flood = people.flatMap((who, i) =>
      [subject, neighbour].map(async (module) => {
        const { job_id } = await submit(who, module, { text: `flood ${i}` });
        accepted.push([who, module, job_id]);
        if (accepted.length === people.length + 8) await host.kill();
      }),
    );
    await Promise.allSettled(flood);
    await host.kill();
    script.release();
    await host.start();
    for (const [who, module, id] of accepted) {
      const end = await finish(who, module, id);
      expect(end.status, `${module.name} ${id}`).toBe('completed');
    }
    // Jobs whose request was never answered end as well.
    for (const who of people) {
      for (const module of [subject, neighbour]) {
        for (const { job_id } of (await list(who, module)).jobs) await finish(who, module, job_id);
      }
    }
    const admin = world.admin(host);
    for (const [who, module, id] of accepted) {
      if (module.hasResult) expect((await who.get(under(module, `/result/${id}`))).status).toBe(200);
      // The bus delivers at least once: repeated events count once.
      const emitted = new Map((await eventsOf(admin, id)).map((event) => [event.event_id, event.name.split('.')[1]]));
      const names = [...emitted.values()];
      expect(names.filter((name) => name === 'completed' || name === 'failed').length).toBeLessThanOrEqual(1);
      expect(names.filter((name) => name === 'started').length).toBeLessThanOrEqual(1);
    }
  }, 180_000);

  it('stopped by SIGTERM during a job: the job ends after the restart', async () => {
    const who = world.person(undefined, host);
    const script = world.fake.script('hold');
    const { job_id } = await submit(who, subject, { text: script.text });
    await script.seen();
    expect(await host.stop(), 'had to be killed').not.toBe('SIGKILL');
    script.release();
    await host.start();
    expect((await finish(who, subject, job_id)).status).toBe('completed');
  }, 180_000);

  if (world.launcher.mode !== 'embedded') return;
  it('another application on the same embedded data reports the conflict and exits', async () => {
    // A copy of the host is another application.
    const second = world.launch({ dataDir: host.dataDir, edit: () => {} });
    await expect(second.then((other) => other.dispose())).rejects.toThrow(/ended at start/);
    const who = world.person(undefined, host);
    const { job_id } = await submit(who, neighbour, { test: 'data' });
    expect((await finish(who, neighbour, job_id)).status).toBe('completed');
  }, 180_000);
}
