import * as z from 'zod';

const time = z.string().regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/, 'ISO 8601 in UTC with Z');
const count = z.int().min(0);
const uuid = z.guid().regex(/^[0-9a-f-]+$/, 'lower case');

export const jobStates = ['pending', 'processing', 'completed', 'failed', 'cancelled'] as const;

export const job = z
  .strictObject({
    job_id: uuid,
    status: z.enum(jobStates),
    user_id: z.string().min(1),
    created_at: time,
    started_at: time.nullable(),
    completed_at: time.nullable(),
    failed_at: time.nullable(),
    cancelled_at: time.nullable(),
    error_code: z
      .string()
      .regex(/^[a-z][a-z0-9_]*$/)
      .nullable(),
    error_message: z.string().min(1).nullable(),
    progress_percent: z.int().min(0).max(100),
    attempt: count,
    result_id: uuid.nullable(),
  })
  .refine((it) => (it.result_id !== null) === (it.status === 'completed'), 'result_id if and only if completed')
  .refine((it) => (it.progress_percent === 100) === (it.status === 'completed'), '100 if and only if completed')
  .refine((it) => (it.completed_at !== null) === (it.status === 'completed'), 'completed_at if and only if completed')
  .refine((it) => (it.failed_at !== null) === (it.status === 'failed'), 'failed_at if and only if failed')
  .refine((it) => (it.cancelled_at !== null) === (it.status === 'cancelled'), 'cancelled_at if and only if cancelled')
  .refine((it) => (it.error_code === null) === (it.error_message === null), 'an error has a code and a sentence')
  .refine((it) => it.status !== 'failed' || it.error_code !== null, 'a failed job has an error code')
  .refine((it) => it.status !== 'completed' || it.error_code === null, 'a completed job has no error')
  .refine((it) => it.status !== 'processing' || it.attempt > 0, 'a claim counts as an attempt')
  .refine((it) => it.attempt === 0 || it.started_at !== null, 'an attempt has a start');

export type Job = z.output<typeof job>;

export const jobPage = z.strictObject({
  jobs: z.array(job),
  total: count,
  skip: count,
  limit: count,
  has_more: z.boolean(),
});

const metadata = z.strictObject({ duration_ms: count });

export const result = z.strictObject({
  result_id: uuid,
  output_data: z.record(z.string(), z.unknown()),
  metadata,
});

export const inlineResult = z.strictObject({
  result_id: z.null(),
  output_data: z.record(z.string(), z.unknown()),
  metadata,
});

export const stats = z.strictObject({
  total_jobs: count,
  pending_jobs: count,
  processing_jobs: count,
  completed_jobs: count,
  failed_jobs: count,
  cancelled_jobs: count,
  avg_duration_ms: z.number().min(0).nullable(),
  uptime_seconds: z.number().min(0),
});

export const health = z.strictObject({
  status: z.enum(['healthy', 'degraded', 'unhealthy']),
  dependencies_ok: z.boolean(),
  last_check: time,
  metrics: z.record(z.string(), z.unknown()),
});

const moduleState = z.enum(['ready', 'failed', 'disabled']);

export const hostHealth = z.strictObject({
  status: z.string(),
  mode: z.string(),
  modules: z.record(z.string(), moduleState),
});

export const moduleList = z.strictObject({
  modules: z.array(
    z.strictObject({
      name: z.string(),
      version: z.string(),
      description: z.string(),
      author: z.string(),
      status: moduleState,
    }),
  ),
  errors: z.record(z.string(), z.string().regex(/^[a-z_]+$/)),
});

export const event = z.strictObject({
  event_id: uuid,
  name: z.string(),
  data: z.record(z.string(), z.unknown()),
  source_module: z.string(),
  correlation_id: z.string().nullable(),
  occurred_at: time,
});

export type Event = z.output<typeof event>;

export const eventList = z.strictObject({ events: z.array(event) });

const problemTypes = [
  ...['json_invalid', 'missing', 'extra_forbidden', 'dict_type', 'too_short', 'int_type', 'int_parsing', 'string_type'],
  ...['greater_than_equal', 'less_than_equal', 'uuid_parsing', 'enum', 'too_long', 'too_deep'],
  'string_pattern_mismatch',
] as const;

export const problems = z.strictObject({
  detail: z
    .array(
      z.strictObject({
        loc: z.array(z.union([z.string(), z.int()])).min(1),
        msg: z.string().min(1),
        type: z.enum(problemTypes),
      }),
    )
    .min(1),
});
