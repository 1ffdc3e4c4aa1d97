import { BaseConfig } from 'ai-module-runtime';
import * as z from 'zod';

/**
 * The settings of this module, besides those that every module has.
 * Environment variables (`TEXT_INSIGHTS_<KEY>`) override the manifest, which overrides these defaults.
 */
export const Config = BaseConfig.extend({
  timeout_seconds: BaseConfig.shape.timeout_seconds.unwrap().default(60),
  retry_attempts: BaseConfig.shape.retry_attempts.unwrap().default(2),
  provider: BaseConfig.shape.provider.unwrap().default('local'),
  /** How many sentences a summary has. */
  key_sentences: z.number().int().min(1).max(20).default(3),
});
export type Config = z.output<typeof Config>;
