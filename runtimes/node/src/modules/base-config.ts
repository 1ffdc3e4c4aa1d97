import * as z from 'zod';

/**
 * The settings every module has. A module's own config extends them:
 * `BaseConfig.extend({ top_k: z.number().int().min(1).default(5) })`.
 */
export const BaseConfig = z.strictObject({
  /** Bounds one attempt at a job, and a direct call. Fractions are allowed. */
  timeout_seconds: z.number().positive().max(3600).default(300),
  /** How often a job is tried again after its first attempt. */
  retry_attempts: z.number().int().min(0).max(10).default(3),
  /** Before the first retry; doubled before each further one. Fractions are allowed. */
  retry_delay_seconds: z.number().min(0).default(60),
  /** Jobs that ended longer ago are deleted, with their results. */
  retention_days: z.number().min(1).default(30),
  /** Active jobs one user may have. */
  max_pending_jobs: z.number().int().min(1).default(100),
  /** Bytes of JSON that `input_data` and `options` may have together. */
  max_input_bytes: z.number().int().min(1).default(1_048_576),
  /** Which provider does the work. */
  provider: z.enum(['local', 'sample', 'openai']).default('local'),
  /** The model to ask for, where the provider has several. */
  model: z.string().min(1).default('gpt-4o-mini'),
  /** Where the OpenAI-compatible server is. */
  base_url: z.url().default('https://api.openai.com/v1'),
  /** The NAME of the environment variable that holds the key. */
  api_key_env: z.string().default('OPENAI_API_KEY'),
});
/** The config of any module: the provider may be one of its own. */
export type BaseConfig = Omit<z.output<typeof BaseConfig>, 'provider'> & { readonly provider: string };
