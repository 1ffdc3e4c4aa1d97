import { setTimeout as pause } from 'node:timers/promises';
import { expect } from 'vitest';
import type { Environment, Host, Server } from '../../conformance/host/host.ts';
import type { World } from '../../conformance/world.ts';
import { amounts } from '../amounts.ts';
import { TcpProxy } from '../tcp-proxy.ts';
import { failUnderLoad } from './kills.ts';

const hangMs = amounts.full ? 8_000 : 4_000;

/** What hangs: a server, or the network between. */
type Hanging = Pick<Server, 'pause' | 'resume'>;

/**
 * Lets a server hang under load for some seconds. Every request is answered meanwhile. Returns the slowest answer, and the
 * time from the end of the fault until all accepted jobs have ended.
 */
export async function hangUnderLoad(world: World, host: Host, server: Hanging, jobs: number) {
  const failed = await failUnderLoad(world, host, 24, jobs, async () => {
    const before = performance.now();
    server.pause();
    try {
      const health = await world.admin(host).get('/health');
      expect([200, 503]).toContain(health.status);
      await pause(hangMs - (performance.now() - before));
    } finally {
      server.resume();
    }
  });
  // No 500, and no connection that was closed without an answer.
  expect([...failed.refused.keys()].filter((status) => status !== 503)).toEqual([]);
  return failed;
}

/** The address of a server through a proxy, which is what hangs. */
export async function behindProxy(services: Environment, name: 'DATABASE_URL' | 'REDIS_URL') {
  const url = services[name] ?? '';
  const proxy = await TcpProxy.to(Number(new URL(url).port));
  return { proxy, env: { ...services, [name]: proxy.through(url) } };
}
