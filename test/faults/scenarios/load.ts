import { expect } from 'vitest';
import type { Host, ModuleFacts } from '../../conformance/host/host.ts';
import { type Caller, under } from '../../conformance/wire/caller.ts';
import { list, submit } from '../../conformance/wire/module-calls.ts';
import { waitUntil } from '../../conformance/wire/wait-until.ts';
import type { World } from '../../conformance/world.ts';
import { people } from './kills.ts';

/** Submits jobs from 16 clients as fast as possible, and expects none to be lost. Returns the milliseconds it took. */
export async function load(world: World, host: Host, jobs: number): Promise<number> {
  const { neighbour } = world;
  const clients = people(world, host, 16);
  const begin = performance.now();
  const ids = await Promise.all(
    clients.map(async (client, i) => {
      const mine: string[] = [];
      for (let n = i; n < jobs; n += clients.length) {
        mine.push((await submit(client, neighbour, { text: `some words ${n}` })).job_id);
      }
      return mine;
    }),
  );
  await untilIdle(world, host, neighbour);
  const took = performance.now() - begin;
  for (const [i, client] of clients.entries()) expect(await completedOf(world, client)).toEqual(ids[i]?.sort());
  return took;
}

/** Waits until the module has no pending or processing jobs. */
export async function untilIdle(world: World, host: Host, module: ModuleFacts): Promise<void> {
  const admin = world.admin(host);
  const idle = async () => {
    const { metrics } = (await admin.get(under(module, '/health'))).json as { metrics: Counts };
    return metrics.pending_jobs + metrics.processing_jobs === 0;
  };
  await waitUntil(`no active jobs in ${module.name}`, idle, 200);
}

interface Counts {
  readonly pending_jobs: number;
  readonly processing_jobs: number;
}

async function completedOf({ neighbour }: World, client: Caller): Promise<string[]> {
  const page = await list(client, neighbour, '?status=completed&limit=100');
  return page.jobs.map(({ job_id }) => job_id).sort();
}
