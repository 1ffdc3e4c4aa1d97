import { fastifyLauncher } from '../host/launch-fastify.ts';
import { describeRow } from './matrix.ts';

describeRow('fastify, embedded', 'CONFORMANCE_FASTIFY_HOST', { launcher: (dir) => fastifyLauncher({ dir }) });
