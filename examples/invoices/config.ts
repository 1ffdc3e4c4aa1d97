import { BaseConfig, z } from 'ai-module-runtime';

/**
 * The settings of this module, besides those that every module has. Their values are in `manifest.yaml`; environment
 * variables (`INVOICES_<KEY>`) override them.
 */
export const Config = BaseConfig.extend({
  provider: z.literal(['local', 'openai']),
});
export type Config = z.output<typeof Config>;
