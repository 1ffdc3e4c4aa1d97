import { fastifyLauncher } from '../host/launch-fastify.ts';
import { ScratchServices } from '../host/services.ts';
import { describeRow } from './matrix.ts';

await describeRow('fastify, PostgreSQL, two workers', 'fastify', {
  needs: ['postgres'],
  launcher: (dir) => fastifyLauncher({ dir, workers: 2, services: new ScratchServices({ redis: false }) }),
});
