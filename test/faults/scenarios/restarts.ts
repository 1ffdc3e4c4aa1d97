import { setTimeout as pause } from 'node:timers/promises';
import type { Host } from '../../conformance/host/host.ts';
import type { World } from '../../conformance/world.ts';
import { Crowd } from '../crowd.ts';
import { expectAllCompleted, mixedWork, people } from './kills.ts';

/** Stops and starts one process after the other under load, as a deployment does. Returns the longest recovery time. */
export async function rollingRestart(world: World, host: Host, jobs: number) {
  const crowd = new Crowd(people(world, host, 12), ...mixedWork(world));
  const running = crowd.run(jobs);
  const all = [...host.workers, host.web];
  let worstMs = 0;
  for (const [at, one] of all.entries()) {
    await crowd.reach(Math.ceil((jobs * (at + 0.5)) / all.length));
    await pause(Math.random() * 200);
    const moment = performance.now();
    await one.stop();
    await one.start();
    worstMs = Math.max(worstMs, await crowd.recoveredSince(moment));
  }
  await running;
  expectAllCompleted(crowd);
  return { accepted: crowd.jobs.length, worstMs };
}

/** Runs jobs. Returns the longest time from the acceptance of a job to its end. */
export async function slowestJob(world: World, host: Host, jobs: number): Promise<number> {
  const crowd = new Crowd(people(world, host, 8), ...mixedWork(world));
  await crowd.run(jobs);
  expectAllCompleted(crowd);
  return Math.max(...crowd.jobs.map(({ acceptedAt, endedAt = Infinity }) => endedAt - acceptedAt));
}
