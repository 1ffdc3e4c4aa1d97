import { expect, it } from 'vitest';
import { under } from '../wire/caller.ts';
import { eventsOf, isTerminal, submit } from '../wire/module-calls.ts';
import { job } from '../wire/shapes.ts';
import { waitUntil } from '../wire/wait-until.ts';
import type { World } from '../world.ts';

const ends = /\.(completed|failed|cancelled)$/;

/** Last of all: every job that was accepted in this run, held against the laws of sections 3 and 4. */
export function describeAudit(world: World): void {
  const { subject, neighbour } = world;

  it('every accepted job has ended, and its events say so once', async () => {
    world.fake.releaseAll();
    const admin = world.admin();
    const last = await submit(world.person(), subject, { text: 'the last of all' });
    let ended = 0;
    for (const { path, id } of world.traffic.accepted) {
      const module = path.startsWith(under(subject)) ? subject : neighbour;
      const end = await waitUntil(`the end of job ${id}`, async () => {
        const answer = await admin.get(under(module, `/status/${id}`));
        // Deleted with its user, or a job of another host.
        if (answer.status === 404) return 'gone';
        const now = job.parse(answer.json);
        return isTerminal(now) && now;
      });
      if (end === 'gone') continue;
      ended += 1;
      const wanted = end.status === 'cancelled' && !module.hasCancelledEvent ? [] : [end.status];
      const said = await waitUntil(`the last event of job ${id}`, async () => {
        const names = (await eventsOf(admin, id)).map((event) => event.name);
        return names.filter((event) => ends.test(event)).length >= wanted.length && names;
      });
      expect(said.filter((event) => ends.test(event))).toEqual(wanted.map((state) => `${module.namespace}.${state}`));
      expect(said.filter((event) => event.endsWith('.started'))).toEqual([`${module.namespace}.started`]);
      expect(said[0]).toBe(`${module.namespace}.started`);
      if (wanted.length > 0) expect(ends.test(said.at(-1)!)).toBe(true);
    }
    expect(ended).toBeGreaterThan(0);
    expect(world.traffic.accepted.at(-1)?.id).toBe(last.job_id);
  }, 180_000);
}
