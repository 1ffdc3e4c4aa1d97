import type { FastifyRequest } from 'fastify';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import * as z from 'zod';
import { HttpError, RETRY_AFTER } from '../errors.ts';
import { JsonDocument } from '../jobs/schemas.ts';
import { checkHealth } from '../modules/health.ts';
import type { ModuleEntry, Orchestrator } from '../modules/orchestrator.ts';
import type { HostServices } from '../modules/start-module.ts';
import { requireAdmin } from './auth.ts';
import { findDatabaseProblem } from './database-problem.ts';
import { errorResponses, guardErrors } from './error-responses.ts';
import { HostHealth, Live, ModuleHealthView, ModuleList, Ready } from './views.ts';

const PublishRequest = z
  .strictObject({
    name: z
      .string()
      .max(255)
      .regex(/^[a-z][a-z0-9_]*(?:\.[a-z][a-z0-9_]*)+$/),
    data: JsonDocument,
    event_id: z.guid().nullish(),
    correlation_id: z
      .string()
      .min(1)
      .max(255)
      .regex(/^[^\x00-\x1f\x7f]*$/)
      .nullish(),
  })
  .meta({ id: 'PublishRequest' });

/** What the host itself answers. */
export function hostRoutes(host: HostServices, orchestrator: Orchestrator): FastifyPluginAsyncZod {
  const entries = () => [...orchestrator.modules.values()];
  return async (app) => {
    const health = { tags: ['host'], operationId: 'host_health', response: { 200: HostHealth, 503: HostHealth } };
    app.get('/health', { schema: health }, async (_request, reply) => {
      const alive = (await findDatabaseProblem(host)) === undefined;
      const modules = Object.fromEntries(entries().map(({ name, status }) => [name, status]));
      const status = alive ? 'healthy' : 'unhealthy';
      return reply.code(alive ? 200 : 503).send({ status, mode: host.mode, modules });
    });

    const live = { tags: ['host'], operationId: 'live', response: { 200: Live } };
    app.get('/livez', { schema: live }, async () => ({ status: 'live' as const }));

    const ready = { tags: ['host'], operationId: 'ready', response: { 200: Ready, ...errorResponses(503) } };
    app.get('/readyz', { schema: ready }, async () => {
      if (host.isStopping()) throw new HttpError(503, 'stopping', RETRY_AFTER);
      const problem = await findDatabaseProblem(host);
      if (problem !== undefined) throw new HttpError(503, problem, RETRY_AFTER);
      return { status: 'ready' as const };
    });

    const list = { tags: ['host'], operationId: 'list_modules', response: { 200: ModuleList } };
    app.get('/api/v1/modules/list', { schema: list }, async () => {
      const failed = entries().filter((entry) => entry.status === 'failed');
      const errors = Object.fromEntries(failed.map(({ name, problem }) => [name, problem.code]));
      return { modules: entries().map(describe), errors };
    });

    app.get(
      '/api/v1/modules/:name/health',
      {
        schema: {
          tags: ['host'],
          operationId: 'module_health',
          params: z.object({ name: z.string() }),
          response: { 200: ModuleHealthView, 503: ModuleHealthView, ...errorResponses(404) },
        },
      },
      async (request, reply) => {
        const entry = orchestrator.modules.get(request.params.name);
        if (!entry) throw new HttpError(404, 'module_not_found');
        const health = entry.status === 'ready' ? await entry.module.healthCheck() : await checkHealth({});
        const metrics = entry.status === 'ready' && (await isAdmin(request)) ? health.metrics : {};
        return reply.code(health.status === 'unhealthy' ? 503 : 200).send({ ...health, metrics });
      },
    );

    app.route({
      method: 'POST',
      url: '/api/v1/events',
      onRequest: requireAdmin,
      schema: {
        tags: ['host'],
        operationId: 'publish_event',
        summary: 'Publish an event of the host, such as user.deleted',
        body: PublishRequest,
        response: { 202: z.object({ event_id: z.guid() }), ...guardErrors },
      },
      handler: async (request, reply) => {
        const { name, data, correlation_id, event_id } = request.body;
        const event = await host.bus.publish(name, data, 'host', correlation_id ?? undefined, event_id?.toLowerCase());
        return reply.code(202).send({ event_id: event.event_id });
      },
    });
  };
}

function describe({ name, status, manifest }: ModuleEntry) {
  const { version = '', description = '', author = '' } = manifest ?? {};
  return { name, version, description, author, status };
}

async function isAdmin(request: FastifyRequest): Promise<boolean> {
  try {
    return (await request.server.authenticate(request)).isAdmin;
  } catch {
    return false;
  }
}
