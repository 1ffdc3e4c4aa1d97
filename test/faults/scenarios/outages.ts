import { execFileSync } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';
import type { Host, Server } from '../../conformance/host/host.ts';
import { serverTool } from '../../conformance/host/services.ts';
import { isTerminal, readJob, submit } from '../../conformance/wire/module-calls.ts';
import { waitUntil } from '../../conformance/wire/wait-until.ts';
import type { World } from '../../conformance/world.ts';
import { Crowd } from '../crowd.ts';
import { expectAllCompleted, failUnderLoad, mixedWork, people } from './kills.ts';

const outageMs = 2000;

/** Stops a server under load for some seconds. Returns the time from its restart until all accepted jobs have ended. */
export function outageUnderLoad(world: World, host: Host, server: Server, jobs: number) {
  return failUnderLoad(world, host, 24, jobs, async () => {
    await server.stop();
    await pause(outageMs);
    await server.start();
  });
}

/** Stops Redis while a job is running. Returns the milliseconds until the job ends without it. */
export async function redisOutage(world: World, host: Host, queue: Server): Promise<number> {
  const caller = world.person(undefined, host);
  const script = world.fake.script('hold');
  const { job_id } = await submit(caller, world.subject, { text: script.text });
  await script.seen();
  await queue.stop();
  try {
    const begin = performance.now();
    script.release();
    const ended = async () => {
      const job = await readJob(caller, world.subject, job_id);
      return isTerminal(job) && job.status;
    };
    const status = await waitUntil('the end of the job without Redis', ended);
    if (status !== 'completed') throw new Error(`the job ended ${status}`);
    return performance.now() - begin;
  } finally {
    await queue.start();
  }
}

/**
 * Empties Redis under load, or fills it up for some seconds, so that messages are lost or refused. Returns the number of
 * jobs that were accepted, all of which ended.
 */
export async function redisTrouble(world: World, host: Host, trouble: 'flushed' | 'full', jobs: number) {
  const redis = (...command: string[]) =>
    execFileSync(
      serverTool('redis-cli') ?? 'redis-cli',
      ['-u', host.services.REDIS_URL ?? '', '--no-auth-warning', ...command],
      {
        stdio: 'pipe',
      },
    );
  const crowd = new Crowd(people(world, host, 24), ...mixedWork(world));
  const running = crowd.run(jobs);
  await crowd.reach(Math.ceil(jobs / 2));
  if (trouble === 'flushed') redis('flushall');
  else {
    redis('config', 'set', 'maxmemory', '1');
    await pause(outageMs);
    redis('config', 'set', 'maxmemory', '0');
  }
  await running;
  expectAllCompleted(crowd);
  return { accepted: crowd.jobs.length, refused: crowd.refused };
}
