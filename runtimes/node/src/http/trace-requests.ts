import type { FastifyInstance, FastifyRequest } from 'fastify';
import { activeTrace, type StartedSpan, startSpan } from '../traces.ts';
import { routeOf } from './metrics-route.ts';
import { OF_MONITORING } from './request-log.ts';

/** A span for each request, below the application's own span of it, or that of the client. A guest has a prefix. */
export function traceRequests(app: FastifyInstance, prefix = ''): void {
  const spans = new WeakMap<FastifyRequest, StartedSpan>();
  app.addHook('onRequest', (request, _reply, done) => {
    const { method, headers } = request;
    const route = routeOf(request);
    const attributes = { 'http.request.method': method, 'http.route': route };
    const parent = activeTrace() === undefined ? { parent: headers } : {};
    const isTraced = !OF_MONITORING.has(route.slice(prefix.length));
    const span = isTraced ? startSpan(`${method} ${route}`, { kind: 'server', attributes, ...parent }) : undefined;
    if (!span) return done();
    spans.set(request, span);
    span.in(done);
  });
  // After the body was read: its events have lost the context.
  app.addHook('preValidation', (request, _reply, done) => {
    const span = spans.get(request);
    span ? span.in(done) : done();
  });
  app.addHook('onResponse', async (request, { statusCode }) => {
    const span = spans.get(request);
    span?.set({ 'http.response.status_code': statusCode });
    if (statusCode >= 500) span?.fail(String(statusCode));
    span?.end();
  });
}
