import { join } from 'node:path';
import type { Launcher, Services } from './host.ts';
import { launchHost } from './launch-host.ts';

interface Options {
  readonly dir: string;
  readonly python: string;
  readonly workers?: number;
  readonly pool?: 'prefork' | 'threads';
  readonly services?: Services;
}

/** A FastAPI host: one web process; in distributed mode also Celery workers and beat. */
export function fastapiLauncher({ dir, python, workers = 0, pool = 'prefork', services }: Options): Launcher {
  const celery = [python, '-m', 'celery', '-A', 'app.tasks.celery_app'];
  const worker = { argv: [...celery, 'worker', '-P', pool, '-l', 'INFO'], env: {}, ready: / ready\./ };
  const beat = (dataDir: string) => ({
    argv: [...celery, 'beat', '-s', join(dataDir, 'beat-schedule'), '-l', 'INFO'],
    env: {},
    ready: /celery beat .* is starting/,
  });
  const commands = (_: string, dataDir: string) => ({
    web: [python, '-m', 'app'],
    workers: workers === 0 ? [] : [...Array.from({ length: workers }, () => worker), beat(dataDir)],
    env: { PYTHONUNBUFFERED: '1', PYTHONDONTWRITEBYTECODE: '1', ...(services === undefined ? {} : { ROLE: 'web' }) },
  });
  return {
    dir,
    program: python,
    stack: 'fastapi',
    mode: services === undefined ? 'embedded' : 'distributed',
    workers: Math.max(1, workers),
    services,
    hasQueueServer: services?.withRedis === true,
    launch: (options) => launchHost({ dir, modulesDir: 'app/ai/modules', services, commands }, options),
  };
}
