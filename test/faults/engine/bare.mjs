// The engine of the Node runtime alone, on the database of a host. Loaded by bare-engine.ts and run in the host's folder,
// with the files of its runtime. With BARE_ROLE=worker it is a worker.
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';

const { readSettings } = await import('ai-module-runtime');
const { openDatabase } = await import('ai-module-runtime/platform/db/database.ts');
const { Executor } = await import('ai-module-runtime/platform/engine/executor.ts');

const { databaseUrl, dataDir } = readSettings(process.env, { withoutPrefix: true });
const log = { info() {}, warn() {}, error() {} };
const port = databaseUrl === undefined ? { embeddedIn: dataDir } : { url: databaseUrl };
const { store, connection } = await openDatabase(port, { application: 'bare' }, log);
const runJob = async (job) => void (await store.completeJob(job, randomUUID(), {}, 0));
const modules = [{ name: 'bare', runJob, handleEvent: async () => {} }];
const work = () =>
  new Executor({
    store,
    connection,
    modules,
    present: ['bare'],
    tasks: [],
    concurrency: 10,
    leaseSeconds: 10,
    log,
  }).start();

if (process.env.BARE_ROLE === 'worker') {
  await work();
  process.stdout.write('ready\n');
} else {
  const limits = { max_concurrent_jobs: 1000, max_attempts: 1, lifecycle_events: {}, subscriptions: [] };
  await store.registerModules([{ name: 'bare', ...limits }], ['bare']);
  const messages = Number(process.argv.at(-1));
  const workers = Array.from({ length: Number(process.env.BARE_WORKERS) }, () =>
    spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', process.execArgv.at(-1), '0'], {
      env: { ...process.env, BARE_ROLE: 'worker' },
      stdio: ['ignore', 'pipe', 'inherit'],
    }),
  );
  await Promise.all(workers.map((one) => new Promise((resolve) => one.stdout.once('data', resolve))));
  if (workers.length === 0) await work();
  const begin = performance.now();
  const add = async (user_id, mine) => {
    const job = { module: 'bare', user_id, input_data: {}, options: {}, priority: 5 };
    for (let i = 0; i < mine; i += 1) await store.addJob({ ...job, id: randomUUID() }, messages);
  };
  await Promise.all(Array.from({ length: 16 }, (_, i) => add(`user ${i}`, Math.ceil(messages / 16))));
  for (let left = 1; left > 0; ) {
    const { pending_jobs, processing_jobs } = await store.stats('bare');
    left = pending_jobs + processing_jobs;
    if (left > 0) await pause(20);
  }
  process.stdout.write(`took ${Math.round(performance.now() - begin)}\n`);
  for (const worker of workers) worker.kill('SIGKILL');
  process.exit(0);
}
