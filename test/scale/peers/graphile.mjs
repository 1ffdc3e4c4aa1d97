// graphile-worker alone: 16 senders add empty jobs, one transaction each, and two processes run them, 10 at a time.
// Arguments: the number of jobs; with `worker` it is one of the processes.
import { spawn } from 'node:child_process';
import { makeWorkerUtils, run, runMigrations } from 'graphile-worker';
import pg from 'pg';

const connectionString = process.env.DATABASE_URL;
const silent = { error() {}, warn() {}, info() {}, debug() {}, log() {} };
const logger = { scope: () => logger, ...silent };

if (process.argv[2] === 'worker') {
  await run({ connectionString, concurrency: 10, maxPoolSize: 10, taskList: { nothing: async () => {} }, logger });
  process.stdout.write('ready\n');
} else {
  const jobs = Number(process.argv[2]);
  await runMigrations({ connectionString, logger });
  const workers = [1, 2].map(() =>
    spawn(process.execPath, [process.argv[1], 'worker'], { stdio: ['ignore', 'pipe', 'inherit'] }),
  );
  await Promise.all(workers.map((one) => new Promise((resolve) => one.stdout.once('data', resolve))));
  const pgPool = new pg.Pool({ connectionString, max: 10 });
  const utils = await makeWorkerUtils({ pgPool, logger });
  const begin = performance.now();
  const send = async (count) => {
    for (let at = 0; at < count; at += 1) await utils.addJob('nothing', {});
  };
  await Promise.all(Array.from({ length: 16 }, () => send(jobs / 16)));
  const count = 'select count(*)::int as left from graphile_worker.jobs';
  while ((await pgPool.query(count)).rows[0].left > 0) await new Promise((resolve) => setTimeout(resolve, 20));
  process.stdout.write(`took ${Math.round(performance.now() - begin)}\n`);
  for (const worker of workers) worker.kill();
  process.exit(0);
}
