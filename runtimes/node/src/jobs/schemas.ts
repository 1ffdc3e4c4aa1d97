import * as z from 'zod';
import { JOB_STATUSES, type Job, type Result } from '../engine/store.ts';
import { messageFor } from '../errors.ts';

const moment = z.iso.datetime();

/** Any JSON object, as it is: `z.record` would drop a key `__proto__`. */
export const JsonDocument = z
  .custom<Record<string, unknown>>((value) => typeof value === 'object' && value !== null && !Array.isArray(value), {
    params: { type: 'dict_type' },
  })
  .meta({ type: 'object', additionalProperties: {} });

/** What a module works on: a JSON object with at least one key. */
export const InputData = JsonDocument.refine((value) => Object.keys(value).length > 0, {
  message: 'must have at least 1 item',
  params: { type: 'too_short' },
}).meta({ type: 'object', additionalProperties: {}, minProperties: 1 });

export type InputData = z.output<typeof InputData>;

/** Any JSON object. */
export const JsonObject = JsonDocument;
export type JsonObject = Record<string, unknown>;

/** @deprecated Use `JsonObject`. The options of a request: any JSON object, `{}` by default. */
export const Options = JsonDocument.default({});

/** 1 is last, 10 is first. */
export const Priority = z.number().int().min(1).max(10).default(5);

/** The path of an endpoint about one job. */
export const JobParams = z.strictObject({ job_id: z.guid() });

/** Any query string: an endpoint beyond the standard ones says itself what it takes. */
export const AnyQuery = JsonDocument.meta({ type: 'object', properties: {}, additionalProperties: {} });

/** The body of an answer that has none. */
export const NoContent = z.undefined();

/** A number in a query string: decimal digits and nothing else. Infinity would be no number. */
const digits = (text: unknown) =>
  /^-?\d+$/.test(String(text)) ? Math.max(-Number.MAX_VALUE, Math.min(Number(text), Number.MAX_VALUE)) : text;

/** The query of a list of jobs: `limit` is at most 100. */
export const ListQuery = z.object({
  skip: z.preprocess(digits, z.number().int().min(0)).default(0),
  limit: z.preprocess(digits, z.number().int().min(1).max(100)).default(20),
  status: z.enum(JOB_STATUSES).optional(),
});

/** A job as clients see it. */
export const JobView = z.object({
  job_id: z.guid(),
  status: z.enum(JOB_STATUSES),
  user_id: z.string(),
  created_at: moment,
  started_at: moment.nullable(),
  completed_at: moment.nullable(),
  failed_at: moment.nullable(),
  cancelled_at: moment.nullable(),
  error_code: z.string().nullable(),
  error_message: z.string().nullable(),
  progress_percent: z.number().int().min(0).max(100),
  /** How often a worker has taken the job up. */
  attempt: z.number().int(),
  result_id: z.guid().nullable(),
});
export type JobView = z.output<typeof JobView>;

/** A result as clients see it. */
export const ResultView = z.object({
  /** null for work that was done at once, without a job. */
  result_id: z.guid().nullable(),
  output_data: JsonDocument,
  /** What the work has used, too. */
  metadata: z.looseObject({ duration_ms: z.number().int() }),
});
export type ResultView = z.output<typeof ResultView>;

/** The jobs of a module by status, and the seconds since its start. */
export const StatsView = z.object({
  total_jobs: z.number().int(),
  pending_jobs: z.number().int(),
  processing_jobs: z.number().int(),
  completed_jobs: z.number().int(),
  failed_jobs: z.number().int(),
  cancelled_jobs: z.number().int(),
  /** 0 while nothing has been completed. */
  avg_duration_ms: z.number(),
  uptime_seconds: z.number(),
});
export type StatsView = z.output<typeof StatsView>;

/** A page of jobs; `total` counts all that match. */
export function pageOf<T extends z.ZodType>(job: T) {
  return z.object({
    jobs: z.array(job),
    total: z.number().int(),
    skip: z.number().int(),
    limit: z.number().int(),
    has_more: z.boolean(),
  });
}

export function viewOfJob(job: Job): JobView {
  const code = job.status === 'failed' ? job.error_code : null;
  return {
    job_id: job.id,
    status: job.status,
    user_id: job.user_id,
    created_at: job.created_at.toISOString(),
    started_at: iso(job.started_at),
    completed_at: iso(job.completed_at),
    failed_at: iso(job.failed_at),
    cancelled_at: iso(job.cancelled_at),
    error_code: code,
    error_message: code && messageFor(code),
    progress_percent: job.progress_percent,
    attempt: job.attempt,
    result_id: job.result_id,
  };
}

/** A job as clients will see it when it is completed. */
export function viewOfCompleted(job: Job, resultId: string, completedAt: Date): JobView {
  return viewOfJob({
    ...job,
    status: 'completed',
    progress_percent: 100,
    result_id: resultId,
    completed_at: completedAt,
  });
}

export function viewOfResult({ id, output_data, metadata }: Result): ResultView {
  return { result_id: id, output_data, metadata: { ...metadata, duration_ms: Number(metadata.duration_ms) } };
}

function iso(moment: Date | null): string | null {
  return moment?.toISOString() ?? null;
}
