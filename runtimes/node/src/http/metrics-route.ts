import { timingSafeEqual } from 'node:crypto';
import { hostname } from 'node:os';
import type { FastifyInstance, FastifyPluginAsync, FastifyRequest } from 'fastify';
import { formatMetrics, labelsOf, type Metrics, type Sample } from '../engine/metrics.ts';
import { HttpError } from '../errors.ts';
import type { Orchestrator } from '../modules/orchestrator.ts';
import type { HostServices } from '../modules/start-module.ts';
import type { Settings } from '../settings.ts';
import { withTimeout } from '../tasks/with-timeout.ts';
import { bearerToken } from './bearer-token.ts';
import { findDatabaseProblem } from './database-problem.ts';
import { HIDDEN } from './openapi.ts';

const READ_TIMEOUT_MS = 2_000;
const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);
const FORWARDED = ['forwarded', 'x-forwarded-for', 'x-real-ip', 'via'];

/** Counts the requests of an application. */
export function countRequests(app: FastifyInstance, metrics: Metrics): void {
  app.addHook('onResponse', async (request, reply) => {
    const method = METHODS.has(request.method) ? request.method : 'other';
    const route = routeOf(request);
    const instance = instanceOf(request);
    metrics.count('ai_http_requests_total', { method, route, status: reply.statusCode }, instance);
    metrics.observe('ai_http_request_duration_seconds', { method, route }, reply.elapsedTime / 1_000, instance);
  });
}

/** The path of a request's route with its parameters, as in OpenAPI. */
export function routeOf({ is404, routeOptions: { url = '*' } }: FastifyRequest): string {
  return is404 || url.endsWith('*') ? 'none' : url.replace(/:(\w+)/g, '{$1}');
}

/** `GET /metrics` for Prometheus: from this machine only, unless the settings say otherwise. */
export function metricsRoute(host: HostServices, { modules }: Orchestrator): FastifyPluginAsync {
  const { settings, metrics, database, mode } = host;
  return async (app) => {
    if (settings.metrics === 'off') return;
    app.route({
      method: 'GET',
      url: '/metrics',
      schema: HIDDEN,
      onRequest: async (request) => refuseStrangers(request, settings),
      handler: async (request, reply) => {
        const isUp = (await findDatabaseProblem(host)) === undefined;
        const { store } = database;
        const counters = async () => ((await metrics.flush()) ? store.readCounters(instanceOf(request)) : []);
        // A lock on jobs delays one part only.
        const parts = isUp ? await Promise.all([inTime(counters()), inTime(store.readWaiting())]) : [];
        const own: Sample[] = [
          gauge('ai_host_info', { mode }, 1),
          gauge('ai_database_up', {}, isUp ? 1 : 0),
          ...[...modules.values()].map(({ name, status }) =>
            gauge('ai_module_up', { module: name }, status === 'ready' ? 1 : 0),
          ),
        ];
        reply.type('text/plain; version=0.0.4; charset=utf-8');
        return formatMetrics([...own, ...parts.flat()]);
      },
    });
  };
}

/** Nothing after two seconds, or without an answer: what is wrong is reported where it is found. */
async function inTime(samples: Promise<Sample[]>): Promise<Sample[]> {
  return withTimeout(READ_TIMEOUT_MS, samples).catch(() => []);
}

function gauge(name: string, labels: Readonly<Record<string, string>>, value: number): Sample {
  return { name, labels: labelsOf(labels), bucket: -1, value };
}

/** The address that a scrape reaches: processes that share it share their counters. */
function instanceOf({ raw }: FastifyRequest): string {
  return `${hostname()}:${raw.socket.localPort ?? ''}`;
}

function refuseStrangers(request: FastifyRequest, { metrics, metricsToken }: Settings): void {
  if (metricsToken !== undefined) {
    if (!isSame(bearerToken(request) ?? '', metricsToken))
      throw new HttpError(401, 'invalid_token', { 'www-authenticate': 'Bearer' });
    return;
  }
  const address = request.raw.socket.remoteAddress ?? '';
  const isLocal =
    /^(::ffff:)?127\.|^::1$/.test(address) && FORWARDED.every((name) => request.headers[name] === undefined);
  if (metrics !== 'open' && !isLocal) throw new HttpError(403, 'permission_denied');
}

function isSame(given: string, wanted: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(wanted)];
  return a.length === b.length && timingSafeEqual(a, b);
}
