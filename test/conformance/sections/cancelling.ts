import { describe, expect, it } from 'vitest';
import { under } from '../wire/caller.ts';
import { expectRefusal } from '../wire/expect-problem.ts';
import { cancel, eventsOf, eventsUntil, finish, readJob, submit } from '../wire/module-calls.ts';
import type { World } from '../world.ts';

/** Section 3, races between cancelling and working, and between two cancels. */
export function describeCancelling(world: World): void {
  const { subject } = world;

  it('204 while processing: discards the result and emits no more events', async () => {
    const caller = world.person();
    const script = world.fake.script('hold');
    const { job_id } = await submit(caller, subject, { text: script.text });
    await script.seen();
    const answer = await cancel(caller, subject, job_id);
    expect({ status: answer.status, text: answer.text }).toEqual({ status: 204, text: '' });
    const cancelled = await readJob(caller, subject, job_id);
    expect(cancelled).toMatchObject({ status: 'cancelled', error_code: null });
    script.release();
    expectRefusal(await caller.get(under(subject, `/result/${job_id}`)), 409, 'result_unavailable');
    // A later job of the same worker has ended, so the cancelled one emits nothing more.
    const later = await submit(caller, subject, { text: 'later' });
    await finish(caller, subject, later.job_id);
    await eventsUntil(world.admin(), later.job_id, `${subject.namespace}.completed`);
    expect(await readJob(caller, subject, job_id)).toEqual(cancelled);
  });

  it('204 while pending: the job never runs', async () => {
    const script = world.fake.script('hold');
    const workers = subject.maxConcurrentJobs * world.launcher.workers;
    const people = Array.from({ length: workers }, () => world.person());
    const ids = await Promise.all(people.map((one) => submit(one, subject, { text: script.text })));
    const caller = world.person();
    const never = world.fake.script('ok');
    const { job_id } = await submit(caller, subject, { text: never.text });
    expect((await cancel(caller, subject, job_id)).status).toBe(204);
    script.release();
    await Promise.all(ids.map((job, i) => finish(people[i]!, subject, job.job_id)));
    expect((await readJob(caller, subject, job_id)).status).toBe('cancelled');
    if (world.launcher.mode === 'embedded') expect(never.arrivals.length).toBe(0);
  });

  it.each([
    ['completed', 'ok'],
    ['failed', 400],
  ] as const)('409 job_not_cancellable once %s', async (state, step) => {
    const caller = world.person();
    const { job_id } = await submit(caller, subject, { text: world.fake.script(step).text });
    const end = await finish(caller, subject, job_id);
    expect(end.status).toBe(state);
    expectRefusal(await cancel(caller, subject, job_id), 409, 'job_not_cancellable');
    expect(await readJob(caller, subject, job_id)).toEqual(end);
  });

  it('204 for exactly one of many concurrent cancels', async () => {
    const caller = world.person();
    for (let round = 0; round < 5; round += 1) {
      const script = world.fake.script('hold');
      const { job_id } = await submit(caller, subject, { text: script.text });
      if (round % 2 === 0) await script.seen();
      const answers = await Promise.all(Array.from({ length: 6 }, () => cancel(caller, subject, job_id)));
      const [first, ...others] = answers.sort((a, b) => a.status - b.status);
      expect(first?.status).toBe(204);
      for (const other of others) expectRefusal(other, 409, 'job_not_cancellable');
      script.release();
    }
  });

  it('a cancel during completion ends the job either cancelled or completed, never both', async () => {
    const admin = world.admin();
    const { namespace } = subject;
    for (let round = 0; round < 20; round += 1) {
      const caller = world.person();
      const script = world.fake.script('hold', 'ok');
      const { job_id } = await submit(caller, subject, { text: script.text });
      await script.seen();
      script.release();
      const answer = await cancel(caller, subject, job_id);
      expect([204, 409]).toContain(answer.status);
      const end = await finish(caller, subject, job_id);
      expect(end.status).toBe(answer.status === 204 ? 'cancelled' : 'completed');
      const events = await eventsUntil(admin, job_id, `${namespace}.${end.status}`);
      expect(events.filter(({ name }) => /\.(completed|failed|cancelled)$/.test(name)).length).toBe(1);
      const result = await caller.get(under(subject, `/result/${job_id}`));
      if (end.status === 'completed') expect(result.status).toBe(200);
      else expectRefusal(result, 409, 'result_unavailable');
    }
  });

  describe('by an admin', () => {
    it("204 for another user's job", async () => {
      const owner = world.person();
      const script = world.fake.script('hold');
      const { job_id } = await submit(owner, subject, { text: script.text });
      expect((await cancel(world.admin(), subject, job_id)).status).toBe(204);
      expect((await readJob(owner, subject, job_id)).status).toBe('cancelled');
      const events = await eventsOf(world.admin(), job_id);
      for (const event of events) expect(event.data.user_id, 'events name the owner').toBe(owner.sub);
    });
  });
}
