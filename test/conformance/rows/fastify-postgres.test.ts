import { describeRow } from './matrix.ts';

await describeRow('fastify-postgres');
