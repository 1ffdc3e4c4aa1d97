import { expect, it } from 'vitest';
import { under } from '../wire/caller.ts';
import { eventsOf, isTerminal, submit } from '../wire/module-calls.ts';
import { job } from '../wire/shapes.ts';
import { waitUntil } from '../wire/wait-until.ts';
import type { World } from '../world.ts';

const ends = /\.(completed|failed|cancelled)$/;

/** Runs last: checks every job accepted in this run against sections 3 and 4. */
export function describeAudit(world: World): void {
  const { subject, neighbour } = world;

  it('every accepted job has ended, with exactly one final event', async () => {
    world.fake.releaseAll();
    const admin = world.admin();
    const last = await submit(world.person(), subject, { text: 'the last of all' });
    let ended = 0;
    for (const { path, id } of world.traffic.accepted) {
      const module = path.startsWith(under(subject)) ? subject : neighbour;
      const end = await waitUntil(`the end of job ${id}`, async () => {
        const answer = await admin.get(under(module, `/status/${id}`));
        // Deleted with its user, or accepted by another host.
        if (answer.status === 404) return 'gone';
        const now = job.parse(answer.json);
        return isTerminal(now) && now;
      });
      if (end === 'gone') continue;
      ended += 1;
      const wanted = end.status === 'cancelled' && !module.hasCancelledEvent ? [] : [end.status];
      const emitted = await waitUntil(`the last event of job ${id}`, async () => {
        const names = (await eventsOf(admin, id)).map((event) => event.name);
        return names.filter((event) => ends.test(event)).length >= wanted.length && names;
      });
      expect(emitted.filter((event) => ends.test(event))).toEqual(
        wanted.map((state) => `${module.namespace}.${state}`),
      );
      expect(emitted.filter((event) => event.endsWith('.started'))).toEqual([`${module.namespace}.started`]);
      expect(emitted[0]).toBe(`${module.namespace}.started`);
      if (wanted.length > 0) expect(ends.test(emitted.at(-1)!)).toBe(true);
    }
    expect(ended).toBeGreaterThan(0);
    expect(world.traffic.accepted.at(-1)?.id).toBe(last.job_id);
  }, 180_000);
}
