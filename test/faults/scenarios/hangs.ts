import { setTimeout as pause } from 'node:timers/promises';
import { expect } from 'vitest';
import type { Environment, Host, Server } from '../../conformance/host/host.ts';
import type { World } from '../../conformance/world.ts';
import { amounts } from '../amounts.ts';
import { Crowd } from '../crowd.ts';
import { TcpProxy } from '../tcp-proxy.ts';
import { expectAllCompleted, mixedWork, people } from './kills.ts';

const hangMs = amounts.full ? 8_000 : 4_000;

/** What hangs: a server, or the network between. */
type Hanging = Pick<Server, 'pause' | 'resume'>;

/**
 * Lets a server hang under load for some seconds. Every request is answered meanwhile. Returns the slowest answer, and the
 * time from the end of the fault until all accepted jobs have ended.
 */
export async function hangUnderLoad(world: World, host: Host, server: Hanging, jobs: number) {
  const crowd = new Crowd(people(world, host, 24), ...mixedWork(world));
  const running = crowd.run(jobs);
  await crowd.reach(Math.ceil(jobs / 2));
  const before = performance.now();
  server.pause();
  try {
    const health = await world.admin(host).get('/health');
    expect([200, 503]).toContain(health.status);
    await pause(hangMs - (performance.now() - before));
  } finally {
    server.resume();
  }
  const back = performance.now();
  const worstMs = Math.max(0, (await crowd.recoveredSince(before)) - (back - before));
  await running;
  expectAllCompleted(crowd);
  // No 500, and no connection that was closed without an answer.
  expect([...crowd.refused.keys()].filter((status) => status !== 503)).toEqual([]);
  return { accepted: crowd.jobs.length, worstMs, slowestMs: crowd.slowestMs };
}

/** The address of a server through a proxy, which is what hangs. */
export async function behindProxy(services: Environment, name: 'DATABASE_URL' | 'REDIS_URL') {
  const url = services[name] ?? '';
  const proxy = await TcpProxy.to(Number(new URL(url).port));
  return { proxy, env: { ...services, [name]: proxy.through(url) } };
}
