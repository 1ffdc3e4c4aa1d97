import type { FastifyBaseLogger } from 'fastify';

/** Structured log; `child({ module })` adds fields to every line. */
export type Log = FastifyBaseLogger;
