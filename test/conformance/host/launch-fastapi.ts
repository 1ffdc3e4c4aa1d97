import type { Launcher, Services } from './host.ts';
import { launchHost } from './launch-host.ts';

interface Options {
  readonly dir: string;
  readonly python: string;
  /** What runs jobs besides the web process, or instead of it: Celery workers of this pool, or another web process. */
  readonly pool?: 'prefork' | 'threads' | 'web';
  readonly workers?: number;
  readonly services?: Services;
}

/** A FastAPI host: one or two web processes that run jobs themselves, or one web process and Celery workers. */
export function fastapiLauncher({ dir, python, workers = 0, pool = 'web', services }: Options): Launcher {
  const web = [python, '-m', 'app'];
  const celery = [python, '-m', 'celery', '-A', 'app.tasks.celery_app', 'worker', '-P', pool, '-l', 'INFO'];
  const worker =
    pool === 'web' ? { argv: web, env: {}, ready: /listening on/ } : { argv: celery, env: {}, ready: / ready\./ };
  const commands = (_dir: string, _dataDir: string, withoutWorkers: boolean) => ({
    web,
    workers: Array.from({ length: workers }, () => worker),
    env: {
      PYTHONUNBUFFERED: '1',
      PYTHONDONTWRITEBYTECODE: '1',
      ...(withoutWorkers ? { AI_ROLE: 'web' } : {}),
    },
  });
  return {
    dir,
    program: python,
    stack: 'fastapi',
    mode: services === undefined ? 'embedded' : 'distributed',
    workers: pool === 'web' ? workers + 1 : workers,
    services,
    hasQueueServer: services?.withRedis === true,
    launch: (options) => launchHost({ dir, modulesDir: 'app/ai/modules', services, commands }, options),
  };
}
