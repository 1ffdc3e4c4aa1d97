import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { expect } from 'vitest';
import type { Host } from '../../conformance/host/host.ts';
import type { World } from '../../conformance/world.ts';
import { failUnderLoad } from './kills.ts';

const fullMs = 5_000;

/** Fills the disk of an embedded host under load for some seconds. Returns the time until all accepted jobs have ended. */
export async function fillUnderLoad(world: World, host: Host, disk: string, jobs: number) {
  const filler = join(disk, 'filler');
  const failed = await failUnderLoad(world, host, 12, jobs, async () => {
    fill(filler);
    for (const until = performance.now() + fullMs; performance.now() < until; await pause(100)) {
      expect((await world.admin(host).get('/livez')).status).toBe(200);
      // What is written while the disk is full takes the last bytes.
      fill(filler);
    }
    rmSync(filler);
  });
  expect([...failed.refused.keys()].filter((status) => status !== 503)).toEqual([]);
  return failed;
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
