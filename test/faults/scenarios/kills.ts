import { setTimeout as pause } from 'node:timers/promises';
import { expect } from 'vitest';
import type { Host } from '../../conformance/host/host.ts';
import type { World } from '../../conformance/world.ts';
import { Crowd, type Work } from '../crowd.ts';

export type Victim = 'worker' | 'host' | 'all';

/** Half of the jobs wait for the provider, the others count words. */
export function mixedWork(world: World): readonly Work[] {
  const slow = world.fake.script('slow');
  return [
    { module: world.subject, input: () => ({ text: slow.text }) },
    { module: world.neighbour, input: () => ({ text: 'some words to count' }) },
  ];
}

export const people = (world: World, host: Host, count: number) =>
  Array.from({ length: count }, () => world.person(undefined, host));

/** Kills processes under load and restarts them at once, as a supervisor would. Returns the longest recovery time. */
export async function killUnderLoad(
  world: World,
  host: Host,
  victim: Victim,
  { jobs, times }: { readonly jobs: number; readonly times: number },
): Promise<{ readonly accepted: number; readonly worstMs: number }> {
  const crowd = new Crowd(people(world, host, 12), ...mixedWork(world));
  const running = crowd.run(jobs);
  let worstMs = 0;
  for (let time = 0; time < times; time += 1) {
    await crowd.reach(Math.ceil((jobs * (time + 0.5)) / times));
    await pause(Math.random() * 200);
    const moment = performance.now();
    const [killed, again] = victimOf(world, host, victim, time);
    await killed();
    await again();
    worstMs = Math.max(worstMs, await crowd.recoveredSince(moment));
  }
  await running;
  expectAllCompleted(crowd);
  return { accepted: crowd.jobs.length, worstMs };
}

/**
 * Lets something fail under load: `fault` resolves when it is over. Returns the time from then until all jobs that were
 * accepted before have ended. All jobs complete.
 */
export async function failUnderLoad(
  world: World,
  host: Host,
  clients: number,
  jobs: number,
  fault: () => Promise<void>,
) {
  const crowd = new Crowd(people(world, host, clients), ...mixedWork(world));
  const running = crowd.run(jobs);
  await crowd.reach(Math.ceil(jobs / 2));
  const before = performance.now();
  await fault();
  const back = performance.now();
  const worstMs = Math.max(0, (await crowd.recoveredSince(before)) - (back - before));
  await running;
  expectAllCompleted(crowd);
  return { accepted: crowd.jobs.length, worstMs, slowestMs: crowd.slowestMs, refused: crowd.refused };
}

export function expectAllCompleted({ jobs }: Crowd): void {
  expect(jobs.filter(({ status }) => status !== 'completed').map(({ id, status }) => `${id} ${status}`)).toEqual([]);
}

function victimOf(world: World, host: Host, victim: Victim, time: number) {
  if (victim === 'all') return [() => host.kill(), () => host.start()] as const;
  const worker = host.workers[time % world.launcher.workers];
  const process = victim === 'worker' && worker !== undefined ? worker : host.web;
  return [() => process.kill(), () => process.start()] as const;
}
