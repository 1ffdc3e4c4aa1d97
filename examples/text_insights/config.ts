import { BaseConfig, z } from 'ai-module-runtime';

/**
 * The settings of this module, besides those that every module has. Their values are in `manifest.yaml`; environment
 * variables (`TEXT_INSIGHTS_<KEY>`) override them.
 */
export const Config = BaseConfig.extend({
  provider: z.literal(['local', 'openai']),
  /** How many sentences a summary has, if the options don't say it. */
  key_sentences: z.int().min(1).max(20),
});
export type Config = z.output<typeof Config>;
