import { errorResponses, type FastifyPluginAsyncZod, guardErrors } from 'ai-module-runtime';
import { can } from './dependencies.ts';
import * as schemas from './schemas.ts';
import type { TextInsightsService as Service } from './service.ts';

const tags = ['text_insights'];

/** The endpoints, mounted at `/api/v1/modules/text_insights`. */
export function routes(service: Service): FastifyPluginAsyncZod {
  return async (app) => {
    app.route({
      method: 'POST',
      url: '/process',
      onRequest: can.create,
      schema: {
        tags,
        summary: 'Start a job',
        body: schemas.ProcessRequest,
        response: { 202: schemas.JobStatusResponse, ...guardErrors, ...errorResponses(429, 503) },
      },
      handler: async (request, reply) => {
        const job = await service.startProcessing(request.body, request.user);
        const location = `${app.prefix}/status/${job.job_id}`;
        return reply.code(202).header('location', location).send(job);
      },
    });

    app.route({
      method: 'GET',
      url: '/status/:job_id',
      onRequest: can.read,
      schema: {
        tags,
        summary: 'Look at a job',
        params: schemas.JobParams,
        response: { 200: schemas.JobStatusResponse, ...guardErrors, ...errorResponses(404) },
      },
      handler: (request) => service.getJob(request.params.job_id, request.user),
    });

    app.route({
      method: 'GET',
      url: '/list',
      onRequest: can.read,
      schema: {
        tags,
        summary: 'List your jobs, newest first',
        querystring: schemas.ListQuery,
        response: { 200: schemas.JobListResponse, ...guardErrors },
      },
      handler: (request) => service.listJobs(request.query, request.user),
    });

    app.route({
      method: 'POST',
      url: '/cancel/:job_id',
      onRequest: can.delete,
      schema: {
        tags,
        summary: 'Cancel a job',
        params: schemas.JobParams,
        response: { 204: schemas.NoContent, ...guardErrors, ...errorResponses(404, 409) },
      },
      handler: async (request, reply) => {
        await service.cancelJob(request.params.job_id, request.user);
        return reply.code(204).send();
      },
    });

    app.route({
      method: 'GET',
      url: '/result/:job_id',
      onRequest: can.read,
      schema: {
        tags,
        summary: 'Fetch the result of a job',
        params: schemas.JobParams,
        response: { 200: schemas.ProcessResponse, ...guardErrors, ...errorResponses(404, 409) },
      },
      handler: (request) => service.getResult(request.params.job_id, request.user),
    });

    app.route({
      method: 'GET',
      url: '/admin/stats',
      onRequest: can.admin,
      schema: {
        tags,
        summary: 'Count all jobs',
        response: { 200: schemas.StatsResponse, ...guardErrors },
      },
      handler: () => service.getStats(),
    });

    app.route({
      method: 'POST',
      url: '/analyse',
      onRequest: can.create,
      schema: {
        tags,
        summary: 'Do the work at once',
        body: schemas.ProcessRequest,
        response: { 200: schemas.ProcessResponse, ...guardErrors, ...errorResponses(502, 503, 504) },
      },
      handler: ({ body }) => service.process(body),
    });
  };
}
