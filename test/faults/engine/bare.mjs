// BullMQ alone, on the servers of a host. Loaded by bare-engine.ts and run in the host's folder, with the files of its
// runtime. With BARE_ROLE=worker it is a worker.
import { spawn } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';

const { readSettings } = await import('ai-module-runtime');
const { openDatabase } = await import('ai-module-runtime/platform/db/database.ts');
const { openQueueConnection } = await import('ai-module-runtime/platform/tasks/queue-connection.ts');

const settings = readSettings(process.env, { withoutPrefix: true });
const log = { warn() {} };
const { databaseUrl, dataDir } = settings;
const database = await openDatabase(databaseUrl === undefined ? { embeddedIn: dataDir } : { url: databaseUrl });
const connection = openQueueConnection(settings, database, log);
const work = async () => {
  const lockDuration = settings.jobLeaseSeconds * 1000;
  const worker = connection.openWorker('bare', async () => {}, { concurrency: 10, lockDuration });
  worker.on('error', () => {});
  await worker.waitUntilReady();
};

if (process.env.BARE_ROLE === 'worker') {
  await work();
  process.stdout.write('ready\n');
} else {
  const messages = Number(process.argv.at(-1));
  const workers = Array.from({ length: Number(process.env.BARE_WORKERS) }, () =>
    spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', process.execArgv.at(-1), '0'], {
      env: { ...process.env, BARE_ROLE: 'worker' },
      stdio: ['ignore', 'pipe', 'inherit'],
    }),
  );
  await Promise.all(workers.map((one) => new Promise((resolve) => one.stdout.once('data', resolve))));
  if (workers.length === 0) await work();
  const queue = connection.openQueue('bare');
  const begin = performance.now();
  const add = async (mine) => {
    for (let i = 0; i < mine; i += 1) await queue.add('message', { i }, { removeOnComplete: true, priority: 5 });
  };
  await Promise.all(Array.from({ length: 16 }, () => add(Math.ceil(messages / 16))));
  for (let left = 1; left > 0; ) {
    const counts = await queue.getJobCounts('waiting', 'active', 'prioritized', 'delayed');
    left = Object.values(counts).reduce((sum, count) => sum + count, 0);
    if (left > 0) await pause(20);
  }
  process.stdout.write(`took ${Math.round(performance.now() - begin)}\n`);
  for (const worker of workers) worker.kill('SIGKILL');
  process.exit(0);
}
