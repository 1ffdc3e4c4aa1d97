import { pythonOf, type Stack } from '../../e2e/generated-host.ts';
import type { Launcher } from '../host/host.ts';
import { fastapiLauncher } from '../host/launch-fastapi.ts';
import { fastifyLauncher } from '../host/launch-fastify.ts';
import { ScratchServices } from '../host/services.ts';

/** A stack and what it runs on. */
export interface Mode {
  readonly title: string;
  readonly stack: Stack;
  /** Whether CI runs all sections in this mode: in one of each stack. In the others it runs those that the mode changes. */
  readonly wholeInCi?: boolean;
  /** Servers that must be installed. */
  readonly needs: readonly string[];
  launcher(dir: string): Launcher;
}

export const pythonFor = (host: string): string => process.env.CONFORMANCE_PYTHON ?? pythonOf(host);

export const modes = {
  'fastify-embedded': {
    title: 'fastify, embedded',
    stack: 'fastify',
    wholeInCi: true,
    needs: [],
    launcher: (dir) => fastifyLauncher({ dir }),
  },
  'fastify-postgres': {
    title: 'fastify, PostgreSQL, two workers',
    stack: 'fastify',
    needs: ['postgres'],
    launcher: (dir) => fastifyLauncher({ dir, workers: 2, services: new ScratchServices({ redis: false }) }),
  },
  'fastapi-embedded': {
    title: 'fastapi, embedded',
    stack: 'fastapi',
    wholeInCi: true,
    needs: [],
    launcher: (dir) => fastapiLauncher({ dir, python: pythonFor(dir) }),
  },
  'fastapi-postgres': {
    title: 'fastapi, PostgreSQL, two web processes',
    stack: 'fastapi',
    needs: ['postgres'],
    launcher: (dir) => fastapi(dir, 1, 'web'),
  },
  'fastapi-prefork': {
    title: 'fastapi, PostgreSQL and Redis, two prefork workers',
    stack: 'fastapi',
    needs: ['postgres', 'redis-server'],
    launcher: (dir) => fastapi(dir, 2, 'prefork'),
  },
  'fastapi-threads': {
    title: 'fastapi, PostgreSQL and Redis, a worker of threads',
    stack: 'fastapi',
    needs: ['postgres', 'redis-server'],
    launcher: (dir) => fastapi(dir, 1, 'threads'),
  },
} as const satisfies Record<string, Mode>;

export type ModeName = keyof typeof modes;

function fastapi(dir: string, workers: number, pool: 'prefork' | 'threads' | 'web'): Launcher {
  return fastapiLauncher({
    dir,
    python: pythonFor(dir),
    workers,
    pool,
    services: new ScratchServices({ redis: pool !== 'web' }),
  });
}
