import type { FastifyInstance, FastifyReply, RouteOptions } from 'fastify';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import * as z from 'zod';
import { hasType } from '../jobs/check-input.ts';
import { InputData, JobParams, type JobView, JsonDocument, ListQuery, Priority } from '../jobs/schemas.ts';
import type { AnyModule, AnyService } from '../modules/base-module.ts';
import { type Endpoint, type EndpointRole, readEndpoints } from '../modules/endpoints.ts';
import { requirePermission } from './auth.ts';
import { operationOf } from './operations.ts';
import { typedDocument } from './typed-document.ts';

/** Everything about a route but its address. */
type Route = Pick<RouteOptions, 'schema' | 'handler'>;

/** The standard endpoints that the manifest declares, with their permissions; `POST /retry/{job_id}` is in `moduleRoutes`. */
export function jobRoutes(service: AnyService): FastifyPluginAsyncZod {
  return async (app) => {
    for (const endpoint of readEndpoints(service.manifest))
      if (endpoint.role !== 'retry') addStandard(app, service, endpoint);
  };
}

/** All routes of a module. A module of version 0.1 may have a `POST /retry/{job_id}` of its own. */
export function moduleRoutes(module: AnyModule): FastifyPluginAsyncZod {
  return async (app) => {
    await app.register(module.getRouter());
    const retry = readEndpoints(module.getMetadata()).find(({ role }) => role === 'retry');
    if (!retry) return;
    const { method, url } = routeOptions(module.service, retry);
    if (!app.hasRoute({ method, url: `${app.prefix}${url}` })) addStandard(app, module.service, retry);
  };
}

function addStandard(app: FastifyInstance, service: AnyService, endpoint: Endpoint): void {
  const { role } = endpoint;
  if (role === null) return;
  const status = readEndpoints(service.manifest)
    .find((each) => each.role === 'status')
    ?.path.replace('{job_id}', '');
  const base = status === undefined ? undefined : `${app.prefix}${status}`;
  app.route({ ...routeOptions(service, endpoint), ...ROUTES[role](service, base) } as never);
}

/** 202 with a job, and the address of its status. */
function accepted(reply: FastifyReply, job: JobView, statusAt: string | undefined): FastifyReply {
  if (statusAt !== undefined) reply.header('location', `${statusAt}${job.job_id}`);
  return reply.code(202).send(job);
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
    handler: async (request, reply) =>
      accepted(reply, await service.startProcessing(request.body as never, request.user), statusAt),
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
  retry: (service, statusAt) => ({
    schema: { params: JobParams },
    handler: async ({ params, user }, reply) => accepted(reply, await service.retryJob(jobId(params), user), statusAt),
  }),
  result: (service) => ({
    schema: { params: JobParams },
    handler: ({ params, user }) => service.getResult(jobId(params), user),
  }),
  stats: (service) => ({ handler: () => service.getStats() }),
};
