import { setTimeout as pause } from 'node:timers/promises';
import { expect } from 'vitest';
import type { Host } from '../../conformance/host/host.ts';
import { under } from '../../conformance/wire/caller.ts';
import type { Script } from '../../conformance/wire/fake-openai.ts';
import { cancel, eventsUntil, finish, submit } from '../../conformance/wire/module-calls.ts';
import type { World } from '../../conformance/world.ts';

const ends = /\.(completed|failed|cancelled)$/;

/** Cancels jobs at a random moment of their run. Returns how many were cancelled; the others completed first. */
export async function cancelRaces(world: World, host: Host, races: number): Promise<number> {
  const { subject } = world;
  let cancelled = 0;
  const race = async () => {
    const caller = world.person(undefined, host);
    const { job_id } = await submit(caller, subject, { text: world.fake.script('slow').text });
    // A job takes 300 ms, so some cancels arrive just as it completes.
    await pause(200 + Math.random() * 300);
    const answer = await cancel(caller, subject, job_id);
    const end = await finish(caller, subject, job_id);
    const wanted = answer.status === 204 ? 'cancelled' : 'completed';
    expect([204, 409]).toContain(answer.status);
    expect(end.status).toBe(wanted);
    expect((await caller.get(under(subject, `/result/${job_id}`))).status).toBe(wanted === 'completed' ? 200 : 409);
    const events = await eventsUntil(world.admin(host), job_id, `${subject.namespace}.${wanted}`);
    expect(events.filter(({ name }) => ends.test(name)).length).toBe(1);
    if (wanted === 'cancelled') cancelled += 1;
  };
  const runner = async (mine: number) => {
    for (let i = 0; i < mine; i += 1) await race();
  };
  await Promise.all(Array.from({ length: 8 }, () => runner(races / 8)));
  return cancelled;
}

/** The delay between two attempts while every message is sent three times. */
export const duplicatesDelaySeconds = 1;

/**
 * Runs jobs whose messages are all sent three times. Each job ends once, and each attempt runs once and not before it
 * is due. The first attempt of every second job fails. Returns the number of attempts.
 */
export async function duplicates(world: World, host: Host, jobs: number): Promise<number> {
  const { subject } = world;
  const scripts: Script[] = [];
  const run = async (number: number) => {
    const attempts = 1 + (number % 2);
    const caller = world.person(undefined, host);
    const script = attempts === 1 ? world.fake.script('slow') : world.fake.script(503, 'slow');
    scripts.push(script);
    const { job_id } = await submit(caller, subject, { text: script.text });
    expect(await finish(caller, subject, job_id)).toMatchObject({ status: 'completed', attempt: attempts });
    const [first = 0, second = Infinity] = script.arrivals;
    expect(second - first).toBeGreaterThan(duplicatesDelaySeconds * 1000);
    const events = await eventsUntil(world.admin(host), job_id, `${subject.namespace}.completed`);
    expect(new Set(events.filter(({ name }) => ends.test(name)).map(({ event_id }) => event_id)).size).toBe(1);
  };
  for (let done = 0; done < jobs; done += 8) {
    await Promise.all(Array.from({ length: Math.min(8, jobs - done) }, (_, i) => run(done + i)));
  }
  // Time for the copies to take effect.
  await pause(1000);
  return scripts.reduce((calls, { arrivals }) => calls + arrivals.length, 0);
}

/**
 * Pauses a process with running jobs for longer than its lease: other processes take over its jobs, and it resumes too
 * late. Returns the milliseconds until the jobs have ended.
 */
export async function hangingWorker(world: World, host: Host, leaseSeconds: number): Promise<number> {
  const { subject, launcher } = world;
  const script = world.fake.script('hold');
  const callers = Array.from({ length: 4 }, () => world.person(undefined, host));
  const jobs = await Promise.all(callers.map((caller) => submit(caller, subject, { text: script.text })));
  await script.seen(4);
  const alone = launcher.workers === 1;
  const process = host.workers[0] ?? host.web;
  await process.pause();
  const begin = performance.now();
  script.release();
  // A single worker resumes its own jobs after its lease has expired.
  if (alone) await pause(leaseSeconds * 1500);
  if (alone) await process.resume();
  const end = (caller: (typeof callers)[number], id: string) => finish(caller, subject, id);
  const ended = await Promise.all(jobs.map(({ job_id }, i) => end(callers[i]!, job_id)));
  const took = performance.now() - begin;
  await process.resume();
  await pause(2000);
  const again = await Promise.all(jobs.map(({ job_id }, i) => end(callers[i]!, job_id)));
  expect(again, 'the resumed process changes nothing').toEqual(ended);
  expect(ended.map(({ status }) => status)).toEqual(jobs.map(() => 'completed'));
  return took;
}
