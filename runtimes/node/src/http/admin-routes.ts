import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import * as z from 'zod';
import { findUnavailable } from '../engine/outage.ts';
import { type DeadLetter, JOB_STATUSES, type Job, type LetterFilter } from '../engine/store.ts';
import { HttpError } from '../errors.ts';
import { JobParams, JobView, JsonDocument, ListQuery, NoContent, viewOfJob } from '../jobs/schemas.ts';
import type { Orchestrator } from '../modules/orchestrator.ts';
import { effectiveSettings } from '../modules/read-config.ts';
import type { HostServices } from '../modules/start-module.ts';
import { requireAdmin } from './auth.ts';
import { errorResponses, guardErrors } from './error-responses.ts';
import { InvalidRequest } from './invalid-request.ts';

/** How many jobs or events one request starts again. */
const MAX_AT_ONCE = 500;

const text = z.string().min(1).max(255);
const Before = z.object({ before: z.guid().optional(), limit: ListQuery.shape.limit });
const JobFilter = z.object({
  module: text.optional(),
  status: z.enum(JOB_STATUSES).optional(),
  user_id: text.optional(),
  error_code: text.optional(),
});
const RetryFilter = JobFilter.omit({ status: true }).strict().meta({ id: 'RetryFilter' });
const LetterFilterQuery = z.object({ module: text.optional(), event: text.optional(), error_code: text.optional() });
const ReplayFilter = LetterFilterQuery.strict().meta({ id: 'ReplayFilter' });

const AnyJob = JobView.extend({
  module: z.string(),
  /** Why the last attempt failed, of a job that has not been completed or cancelled. */
  last_error_code: z.string().nullable(),
  /** When a pending job whose last attempt failed is due again. */
  next_attempt_at: z.iso.datetime().nullable(),
}).meta({ id: 'AnyJob' });
const JobDetails = AnyJob.extend({
  input_data: JsonDocument,
  options: JsonDocument,
  output_data: JsonDocument.nullable(),
  metadata: JsonDocument.nullable(),
}).meta({ id: 'JobDetails' });
const JobPage = z.object({ jobs: z.array(AnyJob), has_more: z.boolean() }).meta({ id: 'JobPage' });
const Retried = z
  .object({ retried: z.number().int(), skipped: z.record(z.string(), z.number().int()), has_more: z.boolean() })
  .meta({ id: 'Retried' });

const Letter = z
  .object({
    /** `<event_id>.<module>` */
    id: z.string(),
    event_id: z.guid(),
    module: z.string(),
    event: z.string(),
    source_module: z.string(),
    correlation_id: z.string(),
    occurred_at: z.string(),
    dead_at: z.string(),
    attempt: z.number().int(),
    error_code: z.string(),
  })
  .meta({ id: 'DeadLetter' });
const LetterDetails = Letter.extend({ data: JsonDocument }).meta({ id: 'DeadLetterDetails' });
const LetterPage = z.object({ dead_letters: z.array(Letter), has_more: z.boolean() }).meta({ id: 'DeadLetterPage' });
const Replayed = z.object({ replayed: z.number().int(), has_more: z.boolean() }).meta({ id: 'Replayed' });

const Setting = z
  .object({
    key: z.string(),
    value: z.unknown(),
    source: z.enum(['environment', 'manifest', 'default']),
    variable: z.string(),
    description: z.string().nullable(),
  })
  .meta({ id: 'EffectiveSetting' });
const Configuration = z.object({ settings: z.array(Setting) }).meta({ id: 'ModuleConfiguration' });

/** The settings of modules, for administrators. */
export function configurationRoutes({ settings }: HostServices, { modules }: Orchestrator): FastifyPluginAsyncZod {
  return async (app) => {
    app.route({
      onRequest: requireAdmin,
      method: 'GET',
      url: '/api/v1/configuration/:name',
      schema: {
        tags: ['operations'],
        operationId: 'module_configuration',
        summary: 'Look at the settings of a module, and where they come from',
        params: z.object({ name: z.string() }),
        response: { 200: Configuration, ...guardErrors, ...errorResponses(404) },
      },
      handler: async ({ params: { name } }) => {
        const entry = modules.get(name);
        if (!entry) throw new HttpError(404, 'module_not_found');
        if (entry.status !== 'ready') throw new HttpError(503, 'module_unavailable');
        const { service } = entry.module;
        return {
          settings: effectiveSettings(service.config, name, service.manifest.configuration, settings.env),
        };
      },
    });
  };
}

/** Jobs of all modules, for administrators. */
export function adminJobRoutes({ database, log }: HostServices, orchestrator: Orchestrator): FastifyPluginAsyncZod {
  const { store } = database;
  const find = async (id: string) => {
    const job = await store.findAnyJob(id);
    if (!job) throw new HttpError(404, 'job_not_found');
    return job;
  };
  const serviceOf = (module: string) => {
    const entry = orchestrator.modules.get(module);
    if (entry?.status !== 'ready') throw new HttpError(503, 'module_unavailable');
    return entry.module.service;
  };
  return async (app) => {
    const common = { onRequest: requireAdmin };
    const schema = (operationId: string, summary: string) => ({ tags: ['operations'], operationId, summary });
    app.route({
      ...common,
      method: 'GET',
      url: '/api/v1/jobs',
      schema: {
        ...schema('find_jobs', 'List jobs of all modules, newest first'),
        querystring: JobFilter.extend(Before.shape),
        response: { 200: JobPage, ...guardErrors },
      },
      handler: async ({ query: { limit, before, user_id, error_code, ...filter } }) => {
        const found = await store.findJobs({ ...filter, userId: user_id, errorCode: error_code }, limit + 1, before);
        return { jobs: found.slice(0, limit).map(viewOfAnyJob), has_more: found.length > limit };
      },
    });
    app.route({
      ...common,
      method: 'GET',
      url: '/api/v1/jobs/:job_id',
      schema: {
        ...schema('inspect_job', 'Look at a job of any module, with its input and output'),
        params: JobParams,
        response: { 200: JobDetails, ...guardErrors, ...errorResponses(404) },
      },
      handler: async ({ params }) => {
        const job = await find(params.job_id);
        const result = job.result_id === null ? undefined : await store.findResult(job.id);
        const { input_data, options } = job;
        const { output_data = null, metadata = null } = result ?? {};
        return { ...viewOfAnyJob(job), input_data, options, output_data, metadata };
      },
    });
    app.route({
      ...common,
      method: 'POST',
      url: '/api/v1/jobs/:job_id/cancel',
      schema: {
        ...schema('cancel_any_job', 'Cancel a job of any module'),
        params: JobParams,
        response: { 204: NoContent, ...guardErrors, ...errorResponses(404, 409) },
      },
      handler: async ({ params }, reply) => {
        const job = await find(params.job_id);
        if (!(await store.cancelJob(job.id))) throw new HttpError(409, 'job_not_cancellable');
        return reply.code(204).send();
      },
    });
    app.route({
      ...common,
      method: 'POST',
      url: '/api/v1/jobs/:job_id/retry',
      schema: {
        ...schema('retry_any_job', 'Start a failed or cancelled job of any module again'),
        params: JobParams,
        response: { 202: AnyJob, ...guardErrors, ...errorResponses(404, 409, 429) },
      },
      handler: async ({ params, user }, reply) => {
        const { id, module } = await find(params.job_id);
        const added = await serviceOf(module).retryJob(id, user);
        return reply.code(202).send({ ...added, module, last_error_code: null, next_attempt_at: null });
      },
    });
    app.route({
      ...common,
      method: 'POST',
      url: '/api/v1/jobs/retry',
      schema: {
        ...schema('retry_failed_jobs', 'Start failed jobs that match again, the latest first, each once'),
        body: RetryFilter,
        response: { 200: Retried, ...guardErrors },
      },
      handler: async ({ body: { module, user_id, error_code }, user }) => {
        const filter = { module, userId: user_id, errorCode: error_code, status: 'failed', isOpen: true } as const;
        const found = await store.findJobs(filter, MAX_AT_ONCE + 1);
        const skipped: Record<string, number> = {};
        let retried = 0;
        for (const job of found.slice(0, MAX_AT_ONCE)) {
          try {
            await serviceOf(job.module).retryJob(job.id, user);
            retried += 1;
          } catch (error) {
            const code = reasonOf(error);
            if (code === undefined) throw error;
            skipped[code] = (skipped[code] ?? 0) + 1;
          }
        }
        log.info({ user_id: user.id, retried, skipped }, 'failed jobs retried');
        return { retried, skipped, has_more: found.length > MAX_AT_ONCE };
      },
    });
  };
}

/** Events that were given up after all retries, for administrators. */
export function deadLetterRoutes({ database, log }: HostServices): FastifyPluginAsyncZod {
  const { store } = database;
  return async (app) => {
    const common = { onRequest: requireAdmin };
    const schema = (operationId: string, summary: string) => ({ tags: ['operations'], operationId, summary });
    const params = z.object({ id: z.string().max(400) });
    const before = z.string().max(400).optional();
    app.route({
      ...common,
      method: 'GET',
      url: '/dead-letters',
      schema: {
        ...schema('find_dead_letters', 'List events that were given up, the latest first'),
        querystring: LetterFilterQuery.extend({ before, limit: ListQuery.shape.limit }),
        response: { 200: LetterPage, ...guardErrors },
      },
      handler: async ({ query: { limit, before: last, ...filter } }) => {
        const found = await store.findDeadLetters(asFilter(filter), limit + 1, last === undefined ? last : keyOf(last));
        return { dead_letters: found.slice(0, limit).map(viewOfLetter), has_more: found.length > limit };
      },
    });
    app.route({
      ...common,
      method: 'GET',
      url: '/dead-letters/:id',
      schema: {
        ...schema('inspect_dead_letter', 'Look at an event that was given up, with its data'),
        params,
        response: { 200: LetterDetails, ...guardErrors, ...errorResponses(404) },
      },
      handler: async ({ params: { id } }) => {
        const key = keyOf(id);
        const [letter] = key ? await store.findDeadLetters(key, 1) : [];
        if (!letter) throw new HttpError(404, 'dead_letter_not_found');
        return { ...viewOfLetter(letter), data: letter.data };
      },
    });
    app.route({
      ...common,
      method: 'POST',
      url: '/dead-letters/:id/replay',
      schema: {
        ...schema('replay_dead_letter', 'Deliver an event that was given up again'),
        params,
        response: { 202: Replayed, ...guardErrors, ...errorResponses(404) },
      },
      handler: async ({ params: { id }, user }, reply) => {
        const key = keyOf(id);
        if (!key || (await store.replayDeadLetters(key, 1)) === 0) throw new HttpError(404, 'dead_letter_not_found');
        log.info({ user_id: user.id, event_id: key.eventId, module: key.module }, 'dead letter replayed');
        return reply.code(202).send({ replayed: 1, has_more: false });
      },
    });
    app.route({
      ...common,
      method: 'POST',
      url: '/dead-letters/replay',
      schema: {
        ...schema('replay_dead_letters', 'Deliver events that were given up and match again, the latest first'),
        body: ReplayFilter,
        response: { 202: Replayed, ...guardErrors },
      },
      handler: async ({ body, user }, reply) => {
        const filter = asFilter(body);
        const replayed = await store.replayDeadLetters(filter, MAX_AT_ONCE);
        log.info({ user_id: user.id, replayed }, 'dead letters replayed');
        const has_more = replayed === MAX_AT_ONCE && (await store.findDeadLetters(filter, 1)).length > 0;
        return reply.code(202).send({ replayed, has_more });
      },
    });
  };
}

/** Why one job was not started again; `undefined` if it concerns all of them. */
function reasonOf(error: unknown): string | undefined {
  if (error instanceof InvalidRequest) return 'input_invalid';
  return error instanceof HttpError && !findUnavailable(error) ? error.code : undefined;
}

function viewOfAnyJob(job: Job): z.output<typeof AnyJob> {
  const { module, status, error_code: last_error_code, due_at } = job;
  const isRetried = status === 'pending' && last_error_code !== null;
  return { ...viewOfJob(job), module, last_error_code, next_attempt_at: isRetried ? due_at.toISOString() : null };
}

function viewOfLetter(letter: DeadLetter): z.output<typeof Letter> {
  const { event_id, module, name, source_module, correlation_id, occurred_at, dead_at, attempt, error_code } = letter;
  return {
    id: `${event_id}.${module}`,
    event_id,
    module,
    event: name,
    source_module,
    correlation_id,
    occurred_at: occurred_at.toISOString(),
    dead_at: dead_at.toISOString(),
    attempt,
    error_code,
  };
}

function asFilter({ error_code, ...filter }: z.output<typeof LetterFilterQuery>): LetterFilter {
  return { ...filter, errorCode: error_code };
}

/** The event and the module of an id; `undefined` if it is not one. */
function keyOf(id: string): { readonly eventId: string; readonly module: string } | undefined {
  const [, eventId, module] = /^([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.(.+)$/is.exec(id) ?? [];
  return eventId === undefined || module === undefined ? undefined : { eventId, module };
}
