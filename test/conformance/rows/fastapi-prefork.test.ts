import { fastapiLauncher } from '../host/launch-fastapi.ts';
import { ScratchServices } from '../host/services.ts';
import { describeRow, pythonFor } from './matrix.ts';

await describeRow('fastapi, PostgreSQL and Redis, two prefork workers', 'fastapi', {
  needs: ['postgres', 'redis-server'],
  launcher: (dir) =>
    fastapiLauncher({
      dir,
      python: pythonFor(dir),
      workers: 2,
      pool: 'prefork',
      services: new ScratchServices({ redis: true }),
    }),
});
