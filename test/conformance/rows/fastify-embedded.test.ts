import { fastifyLauncher } from '../host/launch-fastify.ts';
import { describeRow } from './matrix.ts';

await describeRow('fastify, embedded', 'fastify', { launcher: (dir) => fastifyLauncher({ dir }) });
