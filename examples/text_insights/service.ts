import { JobService } from 'ai-module-runtime';
import type { Config } from './config.ts';
import { createProvider } from './provider.ts';
import type { Input, Options, Output } from './schemas.ts';

/**
 * The work of the module: the provider does it for each job and each direct call. Override `run` to prepare the input before
 * the provider, or to shape the output after it. `JobService` accepts, runs, retries and cancels jobs.
 */
export class TextInsightsService extends JobService<Config, Input, Options, Output> {
  override readonly provider = createProvider(this.config, this.context);
}
