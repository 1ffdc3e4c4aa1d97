import type { JsonObject, ModuleContext, Provider, Run, WorkRequest } from 'ai-module-runtime';
import * as runtime from 'ai-module-runtime';
import type { Config } from './config.ts';
import { emitted } from './events.ts';
import { createProvider } from './provider.ts';

/** The module's work. Taking, running, retrying and cancelling jobs comes with `JobService`. */
export class TextInsightsService extends runtime.JobService<Config> {
  override readonly provider: Provider;

  constructor(context: ModuleContext, config: Config) {
    super(context, { config, lifecycle: emitted });
    this.provider = createProvider(config, context.env);
  }

  /** What one job, or one direct call, does. Prepare the input before the provider, shape the output after it. */
  protected override async work(request: WorkRequest, run: Run): Promise<JsonObject> {
    let step = await this.provider.process(request.input_data, request.options, run.signal);
    while (!step.isComplete) {
      await run.progress(step.progressPercent);
      step = await this.provider.getStatus(step.id);
    }
    return step.data;
  }
}
