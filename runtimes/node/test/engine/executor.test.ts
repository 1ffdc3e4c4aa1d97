import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { ClaimLost, Executor, type ExecutorModule, HostStopping } from '../../src/engine/executor.ts';
import type { ScheduledTask } from '../../src/engine/schedules.ts';
import type { ClaimedJob, Delivery, JobStatus, NewJob } from '../../src/engine/store.ts';
import { PermanentError } from '../../src/errors.ts';
import { log, testDatabase } from './test-database.ts';

const { store, pool, connection, url } = await testDatabase();

type RunJob = ExecutorModule['runJob'];
const complete: RunJob = async (job) => void (await store.completeJob(job, randomUUID(), { done: true }, 1));

const executors: Executor[] = [];
const children: ChildProcess[] = [];

async function start(
  runJob: RunJob = complete,
  more: {
    handleEvent?: ExecutorModule['handleEvent'];
    concurrency?: number;
    leaseSeconds?: number;
    tasks?: ScheduledTask[];
    handlerMs?: number;
    deliveryDelaySeconds?: number;
  } = {},
) {
  const { handleEvent = async () => {}, concurrency = 5, leaseSeconds = 3, tasks = [], ...times } = more;
  const modules = [{ name: 'a', runJob, handleEvent }];
  const options = { store, connection, modules, present: ['a'], tasks, concurrency, leaseSeconds, log, ...times };
  const executor = new Executor(options);
  executors.push(executor);
  await executor.start();
  return executor;
}

async function add(more: Partial<NewJob> = {}) {
  const job = { id: randomUUID(), module: 'a', user_id: 'ada', input_data: {}, options: {}, priority: 5, ...more };
  return (await store.addJob(job, 10_000)) as ClaimedJob;
}

/** How long to wait for something that happens at once on a machine with nothing else to do. */
const patienceMs = 60_000;

async function until<T>(probe: () => Promise<T | undefined | false>): Promise<T> {
  for (const end = Date.now() + patienceMs; Date.now() < end; await pause(10)) {
    const value = await probe();
    if (value) return value;
  }
  throw new Error(`not within ${patienceMs} ms`);
}
const reaches = (id: string, status: JobStatus) =>
  until(async () => {
    const job = await store.findJob('a', id);
    return job?.status === status && job;
  });

beforeEach(async () => {
  await pool.query('truncate jobs, results, job_counters, events, deliveries, schedules, workers, modules cascade');
  const lifecycle_events = { completed: 'a.completed', failed: 'a.failed', cancelled: 'a.cancelled' };
  const module = {
    name: 'a',
    max_concurrent_jobs: 50,
    max_attempts: 5,
    lifecycle_events,
    subscriptions: ['user.deleted'],
  };
  await store.registerModules([module], ['a']);
});

afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  await Promise.all(executors.splice(0).map((executor) => executor.stop()));
});

it('runs jobs that are added before and after the start', async () => {
  const before = await add();
  await start();
  const after = await add();
  for (const job of [before, after]) await reaches(job.id, 'completed');
});

it('runs no more jobs at once than it has slots, and all of them', async () => {
  let running = 0;
  let most = 0;
  await start(
    async (job, signal) => {
      running += 1;
      most = Math.max(most, running);
      await pause(20);
      running -= 1;
      await complete(job, signal);
    },
    { concurrency: 3 },
  );
  for (let i = 0; i < 20; i += 1) await add();
  await until(async () => (await store.stats('a')).completed_jobs === 20);
  expect(most).toBe(3);
});

it('runs a job again when its pause is over', async () => {
  const times: number[] = [];
  await start(async (job, signal) => {
    times.push(performance.now());
    if (job.attempt === 1) await store.retryJob(job, 0.4);
    else await complete(job, signal);
  });
  await reaches((await add()).id, 'completed');
  const [first = 0, second = 0] = times;
  expect(second - first).toBeGreaterThanOrEqual(390);
});

it('keeps the claim of a job that takes longer than a lease', async () => {
  let lost = false;
  await start(
    async (job, signal) => {
      await pause(5_000, undefined, { signal }).catch(() => {
        lost = true;
      });
      await complete(job, signal);
    },
    { leaseSeconds: 2 },
  );
  const job = await reaches((await add()).id, 'completed');
  expect([lost, job.attempt]).toEqual([false, 1]);
});

it('aborts a job that another process cancels', async () => {
  let reason: unknown;
  await start(async (_job, signal) => {
    await pause(600_000, undefined, { signal }).catch(() => {
      reason = signal.reason;
    });
  });
  const job = await add();
  await reaches(job.id, 'processing');
  await store.cancelJob(job.id);
  await until(async () => reason !== undefined);
  expect(reason).toBeInstanceOf(ClaimLost);
});

it('hands running jobs back when it stops', async () => {
  const executor = await start(async (job, signal) => {
    await pause(600_000, undefined, { signal }).catch(() => {});
    if (signal.reason instanceof HostStopping) await store.retryJob(job, 0);
  });
  const job = await add();
  await reaches(job.id, 'processing');
  await executor.stop();
  expect((await store.findJob('a', job.id))?.status).toBe('pending');
  await start();
  expect((await reaches(job.id, 'completed')).attempt).toBe(2);
});

it('takes over the job of a process that is killed', async () => {
  const worker = fileURLToPath(new URL('hanging-worker.ts', import.meta.url));
  const child = spawn(process.execPath, ['--import', 'tsx', worker, url], { stdio: 'inherit' });
  children.push(child);
  const job = await add();
  await reaches(job.id, 'processing');
  child.kill('SIGKILL');
  await start();
  const done = await reaches(job.id, 'completed');
  expect(done.attempt).toBe(2);
  expect(await store.events({ name: 'a.completed' })).toHaveLength(1);
});

it('works on after its connection for notifications broke', async () => {
  await start();
  await pool.query(`select pg_terminate_backend(pid) from pg_stat_activity
    where query ilike 'listen %' and datname = current_database()`);
  const job = await add();
  await reaches(job.id, 'completed');
});

it('delivers events, and again after an error', async () => {
  const handled: Delivery[] = [];
  await start(complete, {
    handleEvent: async (delivery) => {
      handled.push(delivery);
      if (delivery.attempt < 3) throw new Error('not yet');
    },
  });
  const id = randomUUID();
  await store.publish({
    id,
    name: 'user.deleted',
    data: { user_id: 'ada' },
    source_module: 'host',
    correlation_id: 'c',
  });
  await until(async () => handled.length === 3);
  await until(async () => (await pool.query('select from deliveries')).rowCount === 0);
  expect(handled.map(({ event_id, attempt }) => [event_id, attempt])).toEqual([
    [id, 1],
    [id, 2],
    [id, 3],
  ]);
});

const publish = () =>
  store.publish({ id: randomUUID(), name: 'user.deleted', data: {}, source_module: 'host', correlation_id: 'c' });
const deadLetters = async () =>
  (await pool.query('select attempt, error_code from deliveries where dead_at is not null')).rows;

it.each([
  ['fails', () => Promise.reject(new Error('boom')), 8, 'internal_error'],
  ['reports a permanent error', () => Promise.reject(new PermanentError('no')), 1, 'no'],
  ['never ends', () => new Promise<void>(() => {}), 8, 'timeout'],
] as const)('gives an event up if its handler %s', async (_name, handler, attempts, error_code) => {
  let calls = 0;
  const handleEvent = () => {
    calls += 1;
    return handler();
  };
  await start(complete, { handleEvent, handlerMs: 50, deliveryDelaySeconds: 0.001 });
  await publish();
  await until(async () => (await deadLetters()).length > 0);
  expect(await deadLetters()).toEqual([{ attempt: attempts, error_code }]);
  expect(calls).toBe(attempts);
});

it('doubles the pause before an event is delivered again', async () => {
  const times: number[] = [];
  const handleEvent = async () => {
    times.push(performance.now());
    if (times.length < 3) throw new Error('not yet');
  };
  await start(complete, { handleEvent, deliveryDelaySeconds: 0.3 });
  await publish();
  await until(async () => times.length === 3);
  const [first = 0, second = 0, third = 0] = times;
  expect(second - first).toBeGreaterThanOrEqual(290);
  expect(third - second).toBeGreaterThanOrEqual(590);
});

it('hands deliveries that run back when it stops, without counting the attempt', async () => {
  let isHandling = false;
  const executor = await start(complete, {
    handleEvent: () => {
      isHandling = true;
      return new Promise(() => {});
    },
  });
  await publish();
  await until(async () => isHandling);
  await executor.stop();
  const { rows } = await pool.query('select attempt, claim_token, due_at <= now() as is_due from deliveries');
  expect(rows).toEqual([{ attempt: 0, claim_token: null, is_due: true }]);
});

it('lets a handler that is nearly done finish when it stops', async () => {
  let isHandling = false;
  const executor = await start(complete, {
    handleEvent: async () => {
      isHandling = true;
      await pause(300);
    },
  });
  await publish();
  await until(async () => isHandling);
  await executor.stop(60_000);
  expect((await pool.query('select from deliveries')).rowCount).toBe(0);
});

it('leaves nothing running if it can not start', async () => {
  const broken = { ...connection, url: 'postgresql:///nowhere?host=/nowhere' };
  const options = { store, modules: [{ name: 'a', runJob: complete, handleEvent: async () => {} }], present: ['a'] };
  const executor = new Executor({ ...options, connection: broken, tasks: [], concurrency: 5, leaseSeconds: 0.2, log });
  await expect(executor.start()).rejects.toThrow();
  expect(await store.hasWorkers()).toBe(false);
  const job = await add();
  await pause(500);
  expect((await store.findJob('a', job.id))?.status).toBe('pending');
});

it('survives a handler that rejects without an error', async () => {
  let calls = 0;
  await start(complete, {
    handleEvent: () => {
      calls += 1;
      return calls === 1 ? Promise.reject() : Promise.resolve();
    },
  });
  const event = { id: randomUUID(), name: 'user.deleted', data: {}, source_module: 'host', correlation_id: 'c' };
  await store.publish(event);
  await until(async () => calls === 2);
});

it('runs a scheduled task in one of several processes', async () => {
  const ran: number[] = [];
  const task = (process: number): ScheduledTask => ({
    name: 'a.clean',
    // Due once a year, so that no second run falls into the test.
    cron: '0 0 1 1 *',
    run: async () => ran.push(process),
  });
  await start(complete, { tasks: [task(1)] });
  await start(complete, { tasks: [task(2)] });
  await pool.query(`update schedules set due_at = now() - interval '1 second'`);
  await until(async () => ran.length > 0);
  await pause(2_000);
  expect(ran).toHaveLength(1);
});

it('enters a scheduled task by the clock of the database', async () => {
  vi.useFakeTimers({ now: new Date('2090-01-01'), toFake: ['Date'] });
  try {
    await start(complete, { tasks: [{ name: 'a.clean', cron: '0 3 1 1 *', run: async () => {} }] });
  } finally {
    vi.useRealTimers();
  }
  const inYear = `due_at between now() and now() + interval '367 days'`;
  expect((await pool.query(`select ${inYear} as is_next from schedules`)).rows).toEqual([{ is_next: true }]);
});

it('reports that a worker is alive while it runs', async () => {
  expect(await store.hasWorkers()).toBe(false);
  const executor = await start();
  expect(await store.hasWorkers()).toBe(true);
  await executor.stop();
  expect(await store.hasWorkers()).toBe(false);
});
