import type { RouteOptions } from 'fastify';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import * as z from 'zod';
import { hasType } from '../jobs/check-input.ts';
import { InputData, JobParams, JsonDocument, ListQuery, Priority } from '../jobs/schemas.ts';
import type { AnyService } from '../modules/base-module.ts';
import { type Endpoint, type EndpointRole, readEndpoints } from '../modules/endpoints.ts';
import { requirePermission } from './auth.ts';
import { operationOf } from './operations.ts';
import { typedDocument } from './typed-document.ts';

/** Everything about a route but its address. */
type Route = Pick<RouteOptions, 'schema' | 'handler'>;

/** The standard endpoints that the manifest declares, with their permissions. */
export function jobRoutes(service: AnyService): FastifyPluginAsyncZod {
  return async (app) => {
    const endpoints = readEndpoints(service.manifest);
    const status = endpoints.find(({ role }) => role === 'status')?.path.replace('{job_id}', '');
    const base = status === undefined ? undefined : `${app.prefix}${status}`;
    for (const endpoint of endpoints) {
      if (endpoint.role === null) continue;
      app.route({ ...routeOptions(service, endpoint), ...ROUTES[endpoint.role](service, base) } as never);
    }
  };
}

/** What all routes of endpoints have in common. */
export function routeOptions({ manifest }: AnyService, endpoint: Endpoint) {
  return {
    method: endpoint.method,
    url: endpoint.path.replace(/\{([^}]*)\}/g, ':$1'),
    onRequest: requirePermission(endpoint.permission),
    config: { openapi: operationOf(manifest, endpoint) },
  };
}

/** The body of a request for work. Parts of the input may come from the path: then the service checks it. */
export function processBody({ schemas }: AnyService, isPartial = false) {
  const { Input, Options } = schemas;
  const input = isPartial ? JsonDocument : typedDocument(Input);
  return z.strictObject({
    input_data: hasType(Input) ? input : InputData,
    options: (hasType(Options) ? typedDocument(Options) : JsonDocument).prefault({}),
    priority: Priority,
  });
}

const jobId = (params: unknown): string => (params as { job_id: string }).job_id;

const ROUTES: Readonly<Record<EndpointRole, (service: AnyService, statusAt: string | undefined) => Route>> = {
  process: (service, statusAt) => ({
    schema: { body: processBody(service) },
    handler: async (request, reply) => {
      const job = await service.startProcessing(request.body as never, request.user);
      if (statusAt !== undefined) reply.header('location', `${statusAt}${job.job_id}`);
      return reply.code(202).send(job);
    },
  }),
  status: (service) => ({
    schema: { params: JobParams },
    handler: ({ params, user }) => service.getJob(jobId(params), user),
  }),
  list: (service) => ({
    schema: { querystring: ListQuery },
    handler: ({ query, user }) => service.listJobs(query as z.output<typeof ListQuery>, user),
  }),
  cancel: (service) => ({
    schema: { params: JobParams },
    handler: async ({ params, user }, reply) => {
      await service.cancelJob(jobId(params), user);
      return reply.code(204).send();
    },
  }),
  result: (service) => ({
    schema: { params: JobParams },
    handler: ({ params, user }) => service.getResult(jobId(params), user),
  }),
  stats: (service) => ({ handler: () => service.getStats() }),
};
