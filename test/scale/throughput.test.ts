import { execFileSync } from 'node:child_process';
import { cpSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { Host } from '../conformance/host/host.ts';
import { fastapiLauncher } from '../conformance/host/launch-fastapi.ts';
import { fastifyLauncher } from '../conformance/host/launch-fastify.ts';
import { queryDatabase } from '../conformance/host/query.ts';
import { ScratchServices } from '../conformance/host/services.ts';
import { pythonFor } from '../conformance/rows/modes.ts';
import { modules } from '../conformance/rows/modules.ts';
import { under } from '../conformance/wire/caller.ts';
import { moduleEnv, World } from '../conformance/world.ts';
import { generatedHost, type Stack } from '../e2e/generated-host.ts';
import { madeOnce } from '../e2e/once.ts';
import { load } from '../faults/scenarios/load.ts';
import { print, quantile } from './figures.ts';

const peers = fileURLToPath(new URL('peers/', import.meta.url));
const jobs = 1600;
const requestsPerSecond = 50;
const steadySeconds = 20;

/** The engine that most would use alone. */
interface Peer {
  readonly title: string;
  /** Returns the milliseconds for all jobs. */
  run(host: Host, python: string): number | Promise<number>;
}

const graphileWorker: Peer = {
  title: 'graphile-worker alone',
  run: async ({ services }) => {
    const folder = await madeOnce(
      fileURLToPath(new URL('../../.cache/graphile-worker-0.16', import.meta.url)),
      install,
    );
    cpSync(join(peers, 'graphile.mjs'), join(folder, 'graphile.mjs'));
    const env = { PATH: process.env.PATH ?? '', ...services };
    return tookIn(execFileSync(process.execPath, ['graphile.mjs', `${jobs}`], { cwd: folder, env, encoding: 'utf8' }));
  },
};

const celery: Peer = {
  title: 'Celery alone',
  run: ({ services }, python) => {
    const env = { PATH: process.env.PATH ?? '', ...services, PYTHONPATH: peers, PYTHONDONTWRITEBYTECODE: '1' };
    const options = { env, encoding: 'utf8', timeout: 120_000 } as const;
    return tookIn(execFileSync(python, [join(peers, 'celery_alone.py'), `${jobs}`], options));
  },
};

interface Variant {
  readonly title: string;
  readonly stack: Stack;
  readonly pool: 'web' | 'threads';
  readonly peer?: Peer;
}

const variants: readonly Variant[] = [
  { title: 'fastify', stack: 'fastify', pool: 'web', peer: graphileWorker },
  { title: 'fastapi, without Redis', stack: 'fastapi', pool: 'web' },
  { title: 'fastapi, Celery with threads', stack: 'fastapi', pool: 'threads', peer: celery },
];

for (const { title, stack, pool, peer } of variants)
  describe(`${title}, two workers, PostgreSQL with fsync`, { timeout: 900_000 }, () => {
    it('runs jobs, beside the engine alone', async () => {
      const dir = await generatedHost(stack);
      const services = new ScratchServices({ redis: pool === 'threads', isDurable: true });
      const python = stack === 'fastapi' ? pythonFor(dir) : '';
      const launcher =
        stack === 'fastify'
          ? fastifyLauncher({ dir, workers: 2, services })
          : fastapiLauncher({ dir, python, workers: 2, pool, services });
      const world = new World(launcher, modules.subject, modules.neighbour);
      try {
        await world.fake.listen();
        const settings = { max_pending_jobs: '2000' };
        const host = await launcher.launch({
          env: { ...world.subjectEnv(settings), ...moduleEnv(world.neighbour, settings), TEST_ENDPOINTS: '' },
        });
        queryDatabase(host, 'create extension pg_stat_statements');
        await load(world, host, 160);
        const before = countersOf(host);
        const took = await load(world, host, jobs);
        const after = countersOf(host);
        const steady = await postsAtAConstantRate(world, host);
        await host.stop();
        const bare = await peer?.run(host, python);
        const rate = (ms: number) => Math.round((1000 * jobs) / ms);
        print(`${title}: jobs over HTTP, from POST to completed, 16 clients`, {
          'jobs a second': rate(took),
          ...(peer && bare ? { [peer.title]: rate(bare), ratio: (bare / took).toFixed(2) } : {}),
          'commits a job': ((after.commits - before.commits) / jobs).toFixed(1),
          'statements a job': ((after.statements - before.statements) / jobs).toFixed(1),
          [`POST at ${requestsPerSecond} a second`]: `p50 ${quantile(steady, 0.5).toFixed(1)} ms, p99 ${quantile(steady, 0.99).toFixed(1)} ms`,
        });
        await host.dispose();
      } finally {
        await world.close();
      }
    });
  });

async function install(folder: string): Promise<void> {
  const dependencies = { 'graphile-worker': '0.16.6', pg: '8.16.3' };
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, type: 'module', dependencies }));
  execFileSync('npm', ['install', '--no-audit', '--no-fund', '--silent'], { cwd: folder });
}

function tookIn(out: string): number {
  return Number(/took (\d+)/.exec(out)?.[1]);
}

/** What the database has done so far. */
function countersOf(host: Host): { readonly commits: number; readonly statements: number } {
  const sql = `select (select xact_commit from pg_stat_database where datname = current_database()),
    (select sum(calls) from pg_stat_statements s join pg_database d on d.oid = s.dbid where d.datname = current_database())`;
  const [commits = 0, statements = 0] = queryDatabase(host, sql).split('|').map(Number);
  return { commits, statements };
}

async function postsAtAConstantRate(world: World, host: Host): Promise<number[]> {
  const person = world.person(undefined, host);
  const times: number[] = [];
  const open: Promise<void>[] = [];
  const begin = performance.now();
  for (let at = 0; at < requestsPerSecond * steadySeconds; at += 1) {
    await pause(Math.max(0, begin + (1000 * at) / requestsPerSecond - performance.now()));
    const sent = performance.now();
    open.push(
      person.post(under(world.neighbour, '/process'), { input_data: { text: 'some words' } }).then(({ status }) => {
        expect(status).toBe(202);
        times.push(performance.now() - sent);
      }),
    );
  }
  await Promise.all(open);
  return times;
}
