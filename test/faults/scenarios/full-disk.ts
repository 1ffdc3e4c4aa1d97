import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { expect } from 'vitest';
import type { Host } from '../../conformance/host/host.ts';
import type { World } from '../../conformance/world.ts';
import { Crowd } from '../crowd.ts';
import { expectAllCompleted, mixedWork, people } from './kills.ts';

const fullMs = 5_000;

/** Fills the disk of an embedded host under load for some seconds. Returns the time until all accepted jobs have ended. */
export async function fillUnderLoad(world: World, host: Host, disk: string, jobs: number) {
  const crowd = new Crowd(people(world, host, 12), ...mixedWork(world));
  const running = crowd.run(jobs);
  await crowd.reach(Math.ceil(jobs / 2));
  const before = performance.now();
  fill(join(disk, 'filler'));
  for (const until = performance.now() + fullMs; performance.now() < until; await pause(100)) {
    expect((await world.admin(host).get('/livez')).status).toBe(200);
    // What is written while the disk is full takes the last bytes.
    fill(join(disk, 'filler'));
  }
  rmSync(join(disk, 'filler'));
  const back = performance.now();
  const worstMs = Math.max(0, (await crowd.recoveredSince(before)) - (back - before));
  await running;
  expectAllCompleted(crowd);
  expect([...crowd.refused.keys()].filter((status) => status !== 503)).toEqual([]);
  return { accepted: crowd.jobs.length, worstMs };
}

/** Fills a disk to the last byte. */
function fill(file: string): void {
  for (const size of [65_536, 4096, 1]) {
    try {
      for (;;) writeFileSync(file, Buffer.alloc(size), { flag: 'a' });
    } catch {
      // It is full.
    }
  }
}
