import { describe, expect, it } from 'vitest';
import type { Host } from '../conformance/host/host.ts';
import { fastapiLauncher } from '../conformance/host/launch-fastapi.ts';
import { fastifyLauncher } from '../conformance/host/launch-fastify.ts';
import { queryDatabase } from '../conformance/host/query.ts';
import { ScratchServices } from '../conformance/host/services.ts';
import { pythonFor } from '../conformance/rows/modes.ts';
import { modules } from '../conformance/rows/modules.ts';
import { submit } from '../conformance/wire/module-calls.ts';
import { moduleEnv, World } from '../conformance/world.ts';
import { generatedHost } from '../e2e/generated-host.ts';
import { Crowd } from '../faults/crowd.ts';
import { people } from '../faults/scenarios/kills.ts';
import { untilIdle } from '../faults/scenarios/load.ts';
import { print } from './figures.ts';

const webs = 3;
const workers = 10;
const jobs = 600;

for (const stack of ['fastify', 'fastapi'] as const)
  describe(`${stack}, ${workers} workers and ${webs} web processes`, { timeout: 900_000 }, () => {
    it('shares one PostgreSQL, and shares it among users', async () => {
      const dir = await generatedHost(stack);
      const services = new ScratchServices({ redis: false });
      const launcher =
        stack === 'fastify'
          ? fastifyLauncher({ dir, workers, services })
          : fastapiLauncher({ dir, python: pythonFor(dir), workers, pool: 'web', services });
      const world = new World(launcher, modules.subject, modules.neighbour);
      const hosts: Host[] = [];
      try {
        await world.fake.listen();
        const settings = { max_pending_jobs: '2000' };
        const env = {
          ...world.subjectEnv({ ...settings, provider: 'local' }),
          ...moduleEnv(world.neighbour, settings),
        };
        const host = await launcher.launch({ env });
        hosts.push(host);
        for (let at = 1; at < webs; at += 1)
          hosts.push(await launcher.launch({ env, beside: host, withoutWorkers: true }));
        const idle = connections(host);
        let most = idle;
        let isOver = false;
        const watch = (async () => {
          while (!isOver) {
            most = Math.max(most, connections(host));
            await new Promise((resolve) => setTimeout(resolve, 200));
          }
        })();
        const crowds = hosts.map(
          (one) =>
            new Crowd(people(world, one, 12), { module: world.neighbour, input: () => ({ text: 'some words' }) }),
        );
        const begin = performance.now();
        await Promise.all(crowds.map((crowd) => crowd.run(jobs / webs)));
        const took = performance.now() - begin;
        isOver = true;
        await watch;
        expect(crowds.every(({ refused }) => refused.size === 0)).toBe(true);

        // Fairness: the one job of somebody does not wait for the 1,000 of somebody else.
        const [busy, other] = people(world, host, 2) as [never, never];
        const text = { text: 'some words to count' };
        for (let sent = 0; sent < 1000; sent += 20)
          await Promise.all(Array.from({ length: 20 }, () => submit(busy, world.neighbour, text)));
        const alone = new Crowd([other], { module: world.neighbour, input: () => text });
        await alone.run(1);
        const [one] = alone.jobs;
        const all = performance.now();
        await untilIdle(world, host, world.neighbour);
        print(`${stack}: ${workers} workers, ${webs} web processes`, {
          'connections, idle': idle,
          'connections, at most': most,
          'jobs a second': Math.round((1000 * jobs) / took),
          'a job beside 1,000 of another user, seconds': (
            ((one?.endedAt ?? 0) - (one?.acceptedAt ?? 0)) /
            1000
          ).toFixed(2),
          'the 1,000 jobs, seconds after that': ((performance.now() - all) / 1000).toFixed(1),
        });
      } finally {
        for (const host of hosts.toReversed()) await host.dispose();
        await world.close();
      }
    });
  });

/** Connections to the database of a host. */
function connections(host: Host): number {
  const sql = `select count(*) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()`;
  return Number(queryDatabase(host, sql));
}
