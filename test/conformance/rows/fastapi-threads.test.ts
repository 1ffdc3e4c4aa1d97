import { fastapiLauncher } from '../host/launch-fastapi.ts';
import { ScratchServices } from '../host/services.ts';
import { describeRow, pythonFor } from './matrix.ts';

await describeRow('fastapi, PostgreSQL and Redis, a worker of threads', 'fastapi', {
  needs: ['postgres', 'redis-server'],
  launcher: (dir) =>
    fastapiLauncher({
      dir,
      python: pythonFor(dir),
      workers: 1,
      pool: 'threads',
      services: new ScratchServices({ redis: true }),
    }),
});
