import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import times from '../../../../test/fixtures/cron-times.json' with { type: 'json' };
import { nextTime } from '../../src/engine/schedules.ts';
import { createSchema } from '../../src/engine/schema.ts';
import type { ClaimedJob, Delivery, NewJob, RegisteredModule } from '../../src/engine/store.ts';
import { SCHEMA, testDatabase } from './test-database.ts';

const database = await testDatabase();
const { store, pool, server } = database;

// The tests of the Python runtime use the same table.
const TIMES = times as [cron: string, after: string, expected: string][];

const lifecycle = (name: string) => {
  const steps = ['started', 'progress', 'completed', 'failed', 'cancelled'];
  return Object.fromEntries(steps.map((step) => [step, `${name}.${step}`]));
};
const defined = (name: string, more: Partial<RegisteredModule> = {}): RegisteredModule => ({
  name,
  max_concurrent_jobs: 2,
  max_attempts: 3,
  lifecycle_events: lifecycle(name),
  subscriptions: [],
  ...more,
});
const register = (...modules: RegisteredModule[]) =>
  store.registerModules(
    modules,
    modules.map(({ name }) => name),
  );

async function add(module: string, user_id = 'ada', more: Partial<NewJob> = {}, limit = 100) {
  const job = await store.addJob(
    { id: randomUUID(), module, user_id, input_data: { text: 'a' }, options: {}, priority: 5, ...more },
    limit,
  );
  if (!job) throw new Error('not added');
  return job;
}

async function claim(modules: string[], free = 10): Promise<ClaimedJob[]> {
  const all: ClaimedJob[] = [];
  for (;;) {
    const claimed = await store.claimJobs(modules, free - all.length, 10);
    all.push(...claimed);
    if (claimed.length === 0 || all.length === free) return all;
  }
}
const expireLeases = () => pool.query(`update jobs set lease_until = now() where status = 'processing'`);
const namesOf = async (jobId: string) =>
  (await store.events({ correlationId: `job-${jobId}` })).map(({ name }) => name);

beforeEach(async () => {
  await pool.query('truncate jobs, results, job_counters, events, deliveries, schedules, modules cascade');
  await register(defined('a'), defined('b', { max_concurrent_jobs: 5 }));
});

const files = ['0001_tables.sql', '0002_indexes.sql', '0003_operations.sql', expect.stringMatching(/^functions\.sql@/)];

describe('the schema', () => {
  it('of an earlier version is updated', async () => {
    const tables = await readFile(new URL('../../../sql/0001_tables.sql', import.meta.url), 'utf8');
    await server.query(`create schema old; set search_path to old, public;
      create table applied_migrations (owner text, file text, applied_at timestamptz default now(), primary key (owner, file));
      ${tables};
      insert into applied_migrations (owner, file) values ('runtime', '0001_tables.sql');
      insert into modules values ('a', 1, 1, '{}')`);
    await createSchema(pool, 'old');
    const { rows } = await server.query('select file from old.applied_migrations order by file');
    expect(rows.map(({ file }) => file)).toEqual(files);
    expect((await server.query("select old.sweep('{a}') as swept")).rows).toEqual([{ swept: 0 }]);
    const seen = await server.query('select seen_at <= now() as is_set from old.modules');
    expect(seen.rows).toEqual([{ is_set: true }]);
  });

  it('is created once by many processes that start together', async () => {
    await Promise.all(Array.from({ length: 4 }, () => createSchema(pool, SCHEMA)));
    const { rows } = await pool.query('select owner, file from applied_migrations order by file');
    expect(rows.map(({ file }) => file)).toEqual(files);
  });
});

describe('a new job', () => {
  it('is pending and announced in the same transaction', async () => {
    const job = await add('a');
    expect(job).toMatchObject({ status: 'pending', attempt: 0, progress_percent: 0, module: 'a', user_id: 'ada' });
    const [event] = await store.events({ correlationId: `job-${job.id}` });
    expect(event).toMatchObject({
      name: 'a.started',
      source_module: 'a',
      data: { job_id: job.id, user_id: 'ada', created_at: job.created_at.toISOString() },
    });
  });

  it('is refused above the limit of its user, also by requests at the same time', async () => {
    const requests = Array.from({ length: 10 }, () =>
      store.addJob({ id: randomUUID(), module: 'a', user_id: 'ada', input_data: {}, options: {}, priority: 5 }, 3),
    );
    expect((await Promise.all(requests)).filter(Boolean)).toHaveLength(3);
  });

  it('with an id that exists is the existing job', async () => {
    const job = await add('a');
    expect(await add('a', 'ada', { id: job.id, priority: 9 })).toEqual(job);
    expect(await namesOf(job.id)).toEqual(['a.started']);
  });

  it('keeps any JSON as it is', async () => {
    const input_data = { text: 'a\u0000b\ud800', ключ: [1e-7, null, { '': [] }], big: 1.7976931348623157e308 };
    const job = await add('a', 'ada', { input_data });
    expect((await store.findJob('a', job.id))?.input_data).toEqual(input_data);
  });
});

describe('a claim', () => {
  it('takes modules in turn, none above its limit', async () => {
    for (let i = 0; i < 4; i += 1) await add('a');
    for (let i = 0; i < 4; i += 1) await add('b');
    const claimed = await claim(['a', 'b'], 4);
    expect(claimed.map(({ module }) => module).sort()).toEqual(['a', 'a', 'b', 'b']);
    expect((await claim(['a', 'b'])).map(({ module }) => module)).toEqual(['b', 'b']);
    expect(await claim(['a', 'b'])).toEqual([]);
  });

  it('takes the best priority, then the user with the fewest running jobs, then the oldest job', async () => {
    await register(defined('a', { max_concurrent_jobs: 10 }));
    const [ada1, ada2, bob, urgent] = [
      await add('a'),
      await add('a'),
      await add('a', 'bob'),
      await add('a', 'cy', { priority: 9 }),
    ];
    const order: string[] = [];
    for (let i = 0; i < 4; i += 1) order.push(...(await claim(['a'], 1)).map(({ id }) => id));
    expect(order).toEqual([urgent.id, ada1.id, bob.id, ada2.id]);
  });

  it('is exclusive: of many processes each job goes to one', async () => {
    await register(defined('a', { max_concurrent_jobs: 100 }));
    const jobs = await Promise.all(Array.from({ length: 40 }, (_, i) => add('a', `user-${i % 7}`)));
    const claims = (await Promise.all(Array.from({ length: 8 }, () => claim(['a'], 20)))).flat();
    expect(claims.map(({ id }) => id).sort()).toEqual(jobs.map(({ id }) => id).sort());
  });

  it('leaves jobs of other modules and jobs that are not due', async () => {
    await add('b');
    const [job] = [await add('a')];
    const [claimed] = await claim(['a']);
    await store.retryJob(claimed as ClaimedJob, 60);
    expect(await claim(['a'])).toEqual([]);
    expect(await store.secondsUntilDue(['a'])).toBeGreaterThan(55);
    expect(job.id).toBe(claimed?.id);
  });
});

describe('a running job', () => {
  let job: ClaimedJob;
  beforeEach(async () => {
    await add('a');
    [job] = (await claim(['a'])) as [ClaimedJob];
  });
  const stale = () => ({ ...job, claim_token: randomUUID() });

  it('completes with its result and one terminal event', async () => {
    const resultId = randomUUID();
    const done = await store.completeJob(job, resultId, { answer: 42 }, 1_500);
    expect(done).toMatchObject({ status: 'completed', progress_percent: 100, result_id: resultId });
    expect(await store.findResult(job.id)).toMatchObject({
      output_data: { answer: 42 },
      metadata: { duration_ms: 1_500 },
    });
    const events = await store.events({ name: 'a.completed' });
    expect(events.map(({ data }) => data)).toEqual([
      { job_id: job.id, user_id: 'ada', result_id: resultId, duration_seconds: 1.5 },
    ]);
  });

  it('can be completed again with the same result id, and with no other', async () => {
    const resultId = randomUUID();
    const first = await store.completeJob(job, resultId, {}, 1);
    expect(await store.completeJob(job, resultId, {}, 1)).toEqual(first);
    expect(await store.completeJob(job, randomUUID(), {}, 1)).toBeUndefined();
    expect(await namesOf(job.id)).toEqual(['a.started', 'a.completed']);
  });

  it('refuses every step without the token of the claim', async () => {
    expect(await store.completeJob(stale(), randomUUID(), {}, 1)).toBeUndefined();
    expect(await store.failJob(stale(), 'boom')).toBeUndefined();
    expect(await store.retryJob(stale(), 0)).toBeUndefined();
    expect(await store.reportProgress(stale(), 50)).toBe(false);
    expect(await store.renewLeases([stale().claim_token], 10)).toEqual(new Set());
  });

  it('fails with a code', async () => {
    expect(await store.failJob(job, 'provider_rejected')).toMatchObject({
      status: 'failed',
      error_code: 'provider_rejected',
    });
    const [event] = await store.events({ name: 'a.failed' });
    expect(event?.data).toEqual({ job_id: job.id, user_id: 'ada', error_code: 'provider_rejected', attempt: 1 });
  });

  it('raises its progress to at most 99 and never lowers it', async () => {
    for (const percent of [40, 20, 100]) await store.reportProgress(job, percent);
    expect((await store.findJob('a', job.id))?.progress_percent).toBe(99);
  });

  it('publishes progress only if a module subscribes to it, at most once a second', async () => {
    await store.reportProgress(job, 10);
    expect(await store.events({ name: 'a.progress' })).toEqual([]);
    await register(defined('a'), defined('b', { subscriptions: ['a.progress'] }));
    for (const percent of [20, 30, 40]) await store.reportProgress(job, percent);
    expect((await store.events({ name: 'a.progress' })).map(({ data }) => data.progress)).toEqual([20]);
  });

  it('can be cancelled once', async () => {
    expect(await store.cancelJob(job.id)).toMatchObject({ status: 'cancelled' });
    expect(await store.cancelJob(job.id)).toBeUndefined();
    expect(await store.completeJob(job, randomUUID(), {}, 1)).toBeUndefined();
    expect(await namesOf(job.id)).toEqual(['a.started', 'a.cancelled']);
  });

  it('is pending again after its worker has disappeared, and failed after too many attempts', async () => {
    expect(await store.sweep(['a', 'b'])).toBe(0);
    for (let attempt = 1; attempt <= 3; attempt += 1) {
      await expireLeases();
      expect(await store.sweep(['a', 'b'])).toBe(1);
      if (attempt < 3) expect((await claim(['a']))[0]?.attempt).toBe(attempt + 1);
    }
    expect(await store.findJob('a', job.id)).toMatchObject({ status: 'failed', error_code: 'internal_error' });
    expect(await namesOf(job.id)).toEqual(['a.started', 'a.failed']);
  });

  it('keeps its claim while the lease is renewed', async () => {
    await expireLeases();
    expect(await store.renewLeases([job.claim_token], 10)).toEqual(new Set([job.claim_token]));
    expect(await store.sweep(['a', 'b'])).toBe(0);
  });
});

describe('a job whose id was used before', () => {
  it('ends like any other, and the sweep goes on', async () => {
    const { id } = await add('a');
    await store.eraseUserJobs('a', 'ada');
    await add('a', 'ada', { id });
    const [job] = (await claim(['a'])) as [ClaimedJob];
    await expireLeases();
    expect(await store.sweep(['a', 'b'])).toBe(1);
    const [again] = (await claim(['a'])) as [ClaimedJob];
    expect(again.id).toBe(job.id);
    expect(await store.completeJob(again, randomUUID(), {}, 1)).toMatchObject({ status: 'completed' });
  });
});

describe('many sessions', () => {
  it('claim, retry, complete and register without a deadlock', async () => {
    await register(defined('a', { max_concurrent_jobs: 50 }), defined('b', { max_concurrent_jobs: 50 }));
    for (let i = 0; i < 30; i += 1) await add(i % 2 ? 'a' : 'b', `user-${i % 5}`);
    const end = Date.now() + 2_000;
    const work = async () => {
      while (Date.now() < end) {
        for (const job of await store.claimJobs(['a', 'b'], 3, 10)) await store.retryJob(job, 0);
        await store.sweep(['a', 'b']);
      }
    };
    const registering = async () => {
      while (Date.now() < end)
        await register(defined('b', { max_concurrent_jobs: 50 }), defined('a', { max_concurrent_jobs: 50 }));
    };
    await Promise.all([work(), work(), work(), work(), work(), work(), registering()]);
    expect(Number((await store.stats('a')).total_jobs)).toBe(15);
  });
});

describe('statistics', () => {
  it('count jobs by status, also after deletions', async () => {
    const jobs = await Promise.all(Array.from({ length: 5 }, () => add('a')));
    const [first, second] = (await claim(['a'])) as [ClaimedJob, ClaimedJob];
    await store.completeJob(first, randomUUID(), {}, 40);
    await store.failJob(second, 'boom');
    await store.cancelJob(jobs.find(({ id }) => id !== first.id && id !== second.id)?.id ?? '');
    expect(await store.stats('a')).toEqual({
      total_jobs: 5,
      pending_jobs: 2,
      processing_jobs: 0,
      completed_jobs: 1,
      failed_jobs: 1,
      cancelled_jobs: 1,
      avg_duration_ms: 40,
    });
    expect(await store.eraseUserJobs('a', 'ada')).toBe(5);
    expect(Object.values(await store.stats('a'))).toEqual([0, 0, 0, 0, 0, 0, 0]);
  });

  it('delete only jobs that ended long ago', async () => {
    await add('a');
    const ended = await add('a');
    await store.cancelJob(ended.id);
    expect(await store.deleteOldJobs('a', 1)).toBe(0);
    expect(await store.deleteOldJobs('a', 0)).toBe(1);
    expect((await store.listJobs('a', 'ada', { skip: 0, limit: 10 })).total).toBe(1);
  });
});

describe('a list of jobs', () => {
  it('has the newest first and the total, also behind the last page', async () => {
    const ids: string[] = [];
    for (let i = 0; i < 5; i += 1) ids.unshift((await add('a')).id);
    await add('a', 'bob');
    const page = await store.listJobs('a', 'ada', { skip: 1, limit: 2 });
    expect(page.jobs.map(({ id }) => id)).toEqual(ids.slice(1, 3));
    expect(page.total).toBe(5);
    expect(await store.listJobs('a', 'ada', { skip: 9, limit: 2 })).toEqual({ jobs: [], total: 5 });
    expect((await store.listJobs('a', 'ada', { skip: 0, limit: 9, status: 'failed' })).total).toBe(0);
  });
});

describe('an event', () => {
  const event = (id: string = randomUUID()) => ({
    id,
    name: 'user.deleted',
    data: { user_id: 'ada' },
    source_module: 'host',
    correlation_id: 'c',
  });
  beforeAll(() =>
    register(defined('a', { subscriptions: ['user.deleted'] }), defined('b', { subscriptions: ['user.deleted'] })),
  );
  beforeEach(() =>
    register(defined('a', { subscriptions: ['user.deleted'] }), defined('b', { subscriptions: ['user.deleted'] })),
  );

  it('is delivered once to each module that subscribes to it', async () => {
    const { id } = await store.publish(event());
    await store.publish({ ...event(id), data: { other: true } });
    const claimed = await store.claimDeliveries(['a', 'b'], 10, 10);
    expect(claimed.map(({ module, event_id, data }) => [module, event_id, data]).sort()).toEqual([
      ['a', id, { user_id: 'ada' }],
      ['b', id, { user_id: 'ada' }],
    ]);
    expect(await store.claimDeliveries(['a', 'b'], 10, 10)).toEqual([]);
    for (const delivery of claimed) expect(await store.finishDelivery(delivery)).toBe(true);
    expect(await store.finishDelivery(claimed[0] as never)).toBe(false);
  });

  it('is delivered again after a failure, and is a dead letter when it is given up', async () => {
    await store.publish(event());
    const [delivery] = await store.claimDeliveries(['a'], 10, 10);
    await store.failDelivery(delivery as never, 'boom', 0);
    const [again] = await store.claimDeliveries(['a'], 10, 10);
    expect(again).toMatchObject({ attempt: 2, event_id: delivery?.event_id });
    await store.failDelivery(again as never, 'boom', null);
    expect(await store.claimDeliveries(['a'], 10, 10)).toEqual([]);
    const { rows } = await pool.query('select error_code from deliveries where dead_at is not null');
    expect(rows).toEqual([{ error_code: 'boom' }]);
  });

  it('is claimed again when the worker has disappeared', async () => {
    await store.publish(event());
    await store.claimDeliveries(['a'], 10, 0);
    expect(await store.claimDeliveries(['a'], 10, 10)).toHaveLength(1);
  });

  it('is kept while a delivery waits for it', async () => {
    await store.publish(event());
    expect(await store.deleteOldEvents(0)).toBe(0);
    await register(defined('b'));
    for (const delivery of await store.claimDeliveries(['a', 'b'], 10, 10)) await store.finishDelivery(delivery);
    expect(await store.deleteOldEvents(0)).toBe(1);
  });
});

describe('a dead letter', () => {
  it('is kept as long as an event', async () => {
    await register(defined('a', { subscriptions: ['user.deleted'] }));
    const event = { name: 'user.deleted', data: {}, source_module: 'host', correlation_id: 'c' };
    await store.publish({ id: randomUUID(), ...event });
    const [delivery] = await store.claimDeliveries(['a'], 1, 10);
    await store.failDelivery(delivery as Delivery, 'boom', null);
    expect(await store.deleteOldEvents(1)).toBe(0);
    await pool.query(`update events set occurred_at = now() - interval '2 days'`);
    expect(await store.deleteOldEvents(1)).toBe(0);
    await pool.query(`update deliveries set dead_at = now() - interval '2 days'`);
    expect(await store.deleteOldEvents(1)).toBe(2);
  });
});

describe('a module that a host does not have', () => {
  const event = { name: 'user.deleted', data: {}, source_module: 'host', correlation_id: 'c' };
  const subscribed = (name: string) => defined(name, { subscriptions: ['user.deleted'] });
  const codes = async () => {
    const jobs = await pool.query('select module, status, error_code from jobs order by module');
    const letters = await pool.query('select module, error_code, dead_at is not null as is_dead from deliveries');
    return [...jobs.rows, ...letters.rows];
  };
  const age = (table: string, column: string, days: number) =>
    pool.query(`update ${table} set ${column} = now() - $1 * interval '1 day'`, [days]);

  it('keeps its registration and its work: another host may have it', async () => {
    await register(subscribed('a'));
    await register(defined('b'));
    await store.publish({ id: randomUUID(), ...event });
    const job = await add('a');
    expect(await store.removeModules(7)).toBe(0);
    expect((await claim(['a'])).map(({ id }) => id)).toEqual([job.id]);
    expect(await store.claimDeliveries(['a'], 10, 10)).toHaveLength(1);
  });

  it('keeps its work while a worker has it, also disabled', async () => {
    await register(subscribed('a'));
    await store.publish({ id: randomUUID(), ...event });
    await add('a');
    for (const [table, column] of [
      ['modules', 'seen_at'],
      ['jobs', 'created_at'],
      ['events', 'occurred_at'],
    ] as const)
      await age(table, column, 8);
    await store.beat(randomUUID(), ['a']);
    expect(await store.removeModules(7)).toBe(0);
  });

  it('loses its work a week later, with a reason', async () => {
    await register(subscribed('a'));
    await store.publish({ id: randomUUID(), ...event });
    const job = await add('a');
    await age('modules', 'seen_at', 8);
    // Its work is younger.
    expect(await store.removeModules(7)).toBe(0);
    await age('jobs', 'created_at', 8);
    await age('events', 'occurred_at', 8);
    expect(await store.removeModules(7)).toBe(2);
    expect(await codes()).toEqual([
      { module: 'a', status: 'failed', error_code: 'module_removed' },
      { module: 'a', error_code: 'module_removed', is_dead: true },
    ]);
    expect(await namesOf(job.id)).toEqual(['a.started', 'a.failed']);
    expect((await pool.query(`select from modules where name = 'a'`)).rowCount).toBe(0);
  });

  it('wakes no process', async () => {
    await register(subscribed('a'), defined('b'));
    await store.publish({ id: randomUUID(), ...event });
    await add('a');
    const messages: (string | undefined)[] = [];
    server.on('notification', ({ payload }) => messages.push(payload));
    await server.query(`listen ${SCHEMA}_wake`);
    await store.sweep(['b']);
    await server.query('select 1');
    expect(messages).toEqual([]);
    await store.sweep(['a']);
    await server.query('select 1');
    expect(messages.sort()).toEqual(['deliveries', 'jobs']);
    await server.query('unlisten *');
  });
});

describe('many processes', () => {
  it('claim all deliveries, each once', async () => {
    await register(
      defined('a', { subscriptions: ['user.deleted'] }),
      defined('b', { subscriptions: ['user.deleted'] }),
    );
    const event = { name: 'user.deleted', data: {}, source_module: 'host', correlation_id: 'c' };
    for (let i = 0; i < 30; i += 1) await store.publish({ id: randomUUID(), ...event });
    const claims = await Promise.all(Array.from({ length: 8 }, () => store.claimDeliveries(['a', 'b'], 10, 10)));
    const claimed = claims.flat().map(({ event_id, module }) => `${event_id} ${module}`);
    expect([claimed.length, new Set(claimed).size]).toEqual([60, 60]);
  });
});

describe('a scheduled task', () => {
  it.each(TIMES)('at %s after %s runs at %s', (cron, after, expected) => {
    expect(nextTime(cron, new Date(after))).toEqual(new Date(expected));
  });

  it('is run by one of the processes when it is due, and keeps its time until its expression changes', async () => {
    const past = new Date(Date.now() - 60_000);
    const future = new Date(Date.now() + 60_000);
    await store.enterSchedules([{ name: 'a.clean', cron: '* * * * *', next_at: past }]);
    await store.enterSchedules([{ name: 'a.clean', cron: '* * * * *', next_at: future }]);
    expect((await store.dueSchedules(['a.clean', 'a.other'])).map(({ name }) => name)).toEqual(['a.clean']);
    const taken = await Promise.all(Array.from({ length: 5 }, () => store.takeSchedule('a.clean', future)));
    expect(taken.filter(Boolean)).toHaveLength(1);
    await store.enterSchedules([{ name: 'a.clean', cron: '0 3 * * *', next_at: past }]);
    expect(await store.dueSchedules(['a.clean'])).toHaveLength(1);
  });
});
