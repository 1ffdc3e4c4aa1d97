import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { under } from '../wire/caller.ts';
import { expectRefusal } from '../wire/expect-problem.ts';
import { eventsOf, finish, list, publish, readJob, submit } from '../wire/module-calls.ts';
import { waitUntil } from '../wire/wait-until.ts';
import type { World } from '../world.ts';

/** Section 4, events that a module handles: user.deleted, and those that start a job. */
export function describeSubscriptions(world: World): void {
  const { subject, neighbour } = world;
  const modules = [subject, neighbour];

  it('user.deleted cancels the active jobs of the user and deletes all of them, in every module', async () => {
    const [user, other] = [world.person(), world.person()];
    const script = world.fake.script('hold');
    const held = await submit(user, subject, { text: script.text });
    const kept: string[] = [];
    for (const module of modules) {
      const { job_id } = await submit(user, module, { text: 'gone soon' });
      await finish(user, module, job_id);
      const mine = await submit(other, module, { text: 'stays' });
      await finish(other, module, mine.job_id);
      kept.push(mine.job_id);
    }
    await script.seen();
    await publish(world.admin(), { name: 'user.deleted', data: { user_id: user.sub } });
    for (const module of modules) {
      await waitUntil(`no jobs left in ${module.name}`, async () => (await list(user, module)).total === 0);
    }
    script.release();
    expectRefusal(await user.get(under(subject, `/status/${held.job_id}`)), 404, 'job_not_found');
    expectRefusal(await user.get(under(subject, `/result/${held.job_id}`)), 404, 'job_not_found');
    for (const [i, module] of modules.entries()) {
      expect((await readJob(other, module, kept[i]!)).status, 'the jobs of others stay').toBe('completed');
    }
    const again = await submit(user, subject, { text: 'still welcome' });
    expect((await finish(user, subject, again.job_id)).status).toBe('completed');
    expect((await list(user, subject)).total, 'nothing came back').toBe(1);
    const names = (await eventsOf(world.admin(), held.job_id)).map(({ name }) => name.split('.')[1]);
    expect(names).toContain('cancelled');
    expect(names).not.toContain('completed');
  });

  it.each([
    ['no user_id', {}],
    ['user_id a number', { user_id: 7 }],
    ['user_id empty', { user_id: '' }],
    ['user_id an object', { user_id: { $ne: null } }],
    ['user_id a pattern', { user_id: '%' }],
    ['user_id an injection', { user_id: "x' OR '1'='1" }],
    ['an unknown user', { user_id: 'nobody' }],
  ])('user.deleted with %s deletes nothing', async (_, data) => {
    const [caller, probe] = [world.person(), world.person()];
    const { job_id } = await submit(caller, subject, { text: 'stays' });
    await finish(caller, subject, job_id);
    await submit(probe, subject, { text: 'gone' }).then((job) => finish(probe, subject, job.job_id));
    await publish(world.admin(), { name: 'user.deleted', data });
    // The next event has been handled, so the previous one has too.
    await publish(world.admin(), { name: 'user.deleted', data: { user_id: probe.sub } });
    await waitUntil('the next event', async () => (await list(probe, subject)).total === 0);
    expect((await list(caller, subject)).total).toBe(1);
  });

  if (subject.subscribed === undefined) return;
  describe('an event that starts a job', () => {
    const name = `${subject.subscribed}`;
    const start = (data: object, event_id: string = randomUUID()) => publish(world.admin(), { name, data, event_id });
    const jobs = (caller: ReturnType<World['person']>, total: number) =>
      waitUntil(`${total} jobs from events`, async () => {
        const page = await list(caller, subject);
        return page.jobs.length >= total && page;
      });

    it('starts a job for data.user_id, with the data of the event', async () => {
      const caller = world.person();
      const script = world.fake.script('ok');
      await start({ user_id: caller.sub, text: script.text });
      const [job] = (await jobs(caller, 1)).jobs;
      expect(await finish(caller, subject, job!.job_id)).toMatchObject({ status: 'completed', user_id: caller.sub });
      expect(script.arrivals.length).toBe(1);
    });

    it('starts one job for a repeated event id', async () => {
      const caller = world.person();
      const id = randomUUID();
      const data = { user_id: caller.sub, text: 'once' };
      await Promise.all([start(data, id), start(data, id)]);
      await start(data, id);
      await jobs(caller, 1);
      await start(data, id);
      await start({ ...data, text: 'twice' });
      const page = await jobs(caller, 2);
      for (const job of page.jobs) await finish(caller, subject, job.job_id);
      expect((await list(caller, subject)).total).toBe(2);
    });

    it.each([
      ['no user_id', { text: 'x' }],
      ['a user_id of a wrong type', { user_id: ['x'], text: 'x' }],
      ['an empty user_id', { user_id: '', text: 'x' }],
    ])('%s: ignored, and the next one works', async (_, data) => {
      const caller = world.person();
      const before = await world.admin().get(under(subject, '/admin/stats'));
      await start(data);
      await start({ user_id: caller.sub, text: 'y' });
      const [job] = (await jobs(caller, 1)).jobs;
      await finish(caller, subject, job!.job_id);
      const after = await world.admin().get(under(subject, '/admin/stats'));
      const total = (answer: typeof after) => (answer.json as { total_jobs: number }).total_jobs;
      expect(total(after)).toBe(total(before) + 1);
    });
  });
}
