import { expect, it } from 'vitest';
import type { Caller } from '../wire/caller.ts';
import { finish, list, submit } from '../wire/module-calls.ts';
import type { World } from '../world.ts';

/** Section 2, `GET /list`: pages, filter and order, also while jobs are created. */
export function describePagination(world: World): void {
  const module = world.neighbour;
  const total = 23;
  let owner: Caller;
  /** Newest first. */
  const ids: string[] = [];

  const fill = async () => {
    if (ids.length > 0) return;
    owner = world.person();
    for (let i = 0; i < total; i += 1) ids.unshift((await submit(owner, module, { i: `${i}` })).job_id);
    for (const id of ids) await finish(owner, module, id);
  };
  const idsOf = (page: Awaited<ReturnType<typeof list>>) => page.jobs.map(({ job_id }) => job_id);

  it('is empty for a user without jobs', async () => {
    expect(await list(world.person(), module)).toEqual({ jobs: [], total: 0, skip: 0, limit: 20, has_more: false });
  });

  it('returns 20 jobs by default, newest first', async () => {
    await fill();
    const page = await list(owner, module);
    expect(idsOf(page)).toEqual(ids.slice(0, 20));
    expect(page).toMatchObject({ total, skip: 0, limit: 20, has_more: true });
  });

  it.each([
    [0, 1],
    [0, 22],
    [0, 23],
    [0, 100],
    [20, 20],
    [22, 1],
    [22, 5],
    [23, 5],
    [1000, 100],
  ])('skip %i, limit %i', async (skip, limit) => {
    await fill();
    const page = await list(owner, module, `?skip=${skip}&limit=${limit}`);
    expect(idsOf(page)).toEqual(ids.slice(skip, skip + limit));
    expect(page).toMatchObject({ total, skip, limit, has_more: skip + limit < total });
  });

  it('filters by status, and counts the filtered jobs only', async () => {
    await fill();
    expect(await list(owner, module, '?status=completed&limit=5')).toMatchObject({ total, has_more: true });
    for (const status of ['pending', 'processing', 'failed', 'cancelled']) {
      expect(await list(owner, module, `?status=${status}`)).toMatchObject({ jobs: [], total: 0, has_more: false });
    }
  });

  it('lists only the caller’s own jobs, for admins too', async () => {
    await fill();
    expect((await list(world.person(), module)).total).toBe(0);
    const mine = await list(world.admin(), module, '?limit=100');
    expect(mine.jobs.filter(({ user_id }) => user_id === owner.sub)).toEqual([]);
  });

  it('misses no older job when newer ones are created between two pages', async () => {
    await fill();
    const seen = new Set<string>();
    for (let skip = 0, more = true; more; skip += 5) {
      const page = await list(owner, module, `?skip=${skip}&limit=5`);
      for (const id of idsOf(page)) seen.add(id);
      more = page.has_more;
      if (skip < 15) await submit(owner, module, { text: 'newer' });
    }
    expect(ids.filter((id) => !seen.has(id))).toEqual([]);
  });

  it('has a stable order for jobs created at the same time', async () => {
    const caller = world.person();
    const jobs = await Promise.all(Array.from({ length: 12 }, () => submit(caller, module, { text: 'at once' })));
    const whole = idsOf(await list(caller, module));
    expect([...whole].sort()).toEqual(jobs.map(({ job_id }) => job_id).sort());
    const pages: string[] = [];
    for (let skip = 0; skip < 12; skip += 4) pages.push(...idsOf(await list(caller, module, `?skip=${skip}&limit=4`)));
    expect(pages).toEqual(whole);
    const times = (await list(caller, module)).jobs.map(({ created_at }) => Date.parse(created_at));
    expect(times).toEqual([...times].sort((a, b) => b - a));
  });

  it('is a consistent snapshot: page, total and has_more agree while jobs are created', async () => {
    const caller = world.person();
    let coming = true;
    const inserts = Promise.all(
      [1, 2, 3].map(async () => {
        for (let i = 0; i < 8; i += 1) await submit(caller, module, { text: 'at once' });
      }),
    ).finally(() => {
      coming = false;
    });
    let last = 0;
    for (let skip = 0; coming; skip = (skip + 3) % 12) {
      const page = await list(caller, module, `?skip=${skip}&limit=5`);
      expect(page.total).toBeGreaterThanOrEqual(last);
      expect(page.jobs.length).toBe(Math.max(0, Math.min(5, page.total - skip)));
      expect(page.has_more).toBe(skip + page.jobs.length < page.total);
      expect(new Set(idsOf(page)).size).toBe(page.jobs.length);
      last = page.total;
    }
    await inserts;
    expect((await list(caller, module)).total).toBe(24);
  });
}
