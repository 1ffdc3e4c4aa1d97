import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Launcher, Services } from './host.ts';
import { launchHost } from './launch-host.ts';

interface Options {
  readonly dir: string;
  readonly workers?: number;
  readonly services?: Services;
}

/** A Fastify host. Runs the command of `npm start` directly, so that signals reach the host instead of npm. */
export function fastifyLauncher({ dir, workers = 0, services }: Options): Launcher {
  const commands = (at: string) => {
    const { scripts } = JSON.parse(readFileSync(join(at, 'package.json'), 'utf8')) as { scripts: { start: string } };
    const argv = ['sh', '-c', `exec ${scripts.start}`];
    const worker = { argv, env: { ROLE: 'worker' }, ready: /worker ready/ };
    return {
      web: argv,
      workers: Array.from({ length: workers }, () => worker),
      env: {
        PATH: `${join(at, 'node_modules', '.bin')}:${process.env.PATH}`,
        ...(services === undefined ? {} : { ROLE: 'web' }),
      },
    };
  };
  return {
    dir,
    program: process.execPath,
    stack: 'fastify',
    mode: services === undefined ? 'embedded' : 'distributed',
    workers: Math.max(1, workers),
    services,
    hasQueueServer: false,
    launch: (options) => launchHost({ dir, modulesDir: 'src/ai/modules', services, commands }, options),
  };
}
