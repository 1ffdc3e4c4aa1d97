import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { withLogFields } from '../log.ts';

/** What monitoring asks for every few seconds. */
export const OF_MONITORING = new Set(['/health', '/livez', '/readyz', '/metrics']);

/** The id that the client or a proxy gave the request, or a new one. */
export function requestIdOf({ headers }: IncomingMessage): string {
  const given = headers['x-request-id'];
  return typeof given === 'string' && /^[\w.-]{1,128}$/.test(given) ? given : randomUUID();
}

/**
 * Answers with `x-request-id`, which is in every line about the request, and writes one line for each request: at level
 * `debug` for monitoring, and in applications, which have their own.
 */
export function logRequests(app: FastifyInstance, isGuest: boolean): void {
  const inContext = (request: FastifyRequest, _reply: unknown, done: () => void) =>
    withLogFields({ request_id: request.id }, done);
  app.addHook('onRequest', (request, reply, done) => {
    if (!reply.raw.hasHeader('x-request-id')) reply.header('x-request-id', request.id);
    inContext(request, reply, done);
  });
  // After the body was read: its events have lost the context.
  app.addHook('preValidation', inContext);
  app.addHook('onResponse', async (request, reply) => {
    const { id, method, url } = request;
    const path = url.replace(/\?.*$/s, '');
    const fields = {
      request_id: id,
      method,
      path,
      status: reply.statusCode,
      duration_ms: Math.round(reply.elapsedTime),
    };
    const level = isGuest || OF_MONITORING.has(path) ? 'debug' : 'info';
    withLogFields({ request_id: id }, () => app.log[level](fields, 'request'));
  });
}
