import { randomUUID } from 'node:crypto';
import { afterAll, expect, it, vi } from 'vitest';
import { NO_WORKERS, WorkerWatch } from '../src/engine/worker-watch.ts';
import { sampleHost } from './sample-host.ts';

// A process that only answers requests, and no other one.
const host = await sampleHost({ ROLE: 'web' });
const { log, database } = host.host.services;
const { store } = database;
const warn = vi.spyOn(log, 'warn');
const lines = () => warn.mock.calls.filter(([line]) => line === NO_WORKERS).length;

afterAll(() => host.stop());

it('gives administrators the reason in the health of a module', async () => {
  expect((await host.admin().get('/health')).body).toMatchObject({
    status: 'degraded',
    metrics: { dependencies: { database: true, queue: false }, reasons: { queue: 'no_workers' } },
  });
  expect((await host.stranger().get('/health')).body).toMatchObject({ status: 'degraded', metrics: {} });
});

it('is reported while jobs wait, at most once a minute', async () => {
  const check = vi.spyOn(store, 'lacksWorkers');
  const watch = new WorkerWatch(store, () => ['sample'], log, 20);
  const checkMore = () => {
    const wanted = check.mock.calls.length + 5;
    return host.until(() => check.mock.calls.length >= wanted);
  };
  watch.start();
  try {
    await checkMore();
    expect(lines()).toBe(0);
    const job = { module: 'sample', user_id: 'ada', input_data: {}, options: {}, priority: 5 };
    await store.addJob({ ...job, id: randomUUID() }, 10);
    await checkMore();
    await checkMore();
    expect(lines()).toBe(1);
  } finally {
    watch.stop();
    check.mockRestore();
  }
  // The host's own.
  await host.until(() => lines() === 2);

  warn.mockClear();
  await store.beat(randomUUID(), ['sample']);
  const later = new WorkerWatch(store, () => ['sample'], log, 20);
  later.start();
  await new Promise((resolve) => setTimeout(resolve, 500));
  later.stop();
  expect(lines()).toBe(0);
});
