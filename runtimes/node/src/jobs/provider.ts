import type { JsonObject } from '../engine/store.ts';
import type { PollingProvider } from '../provider.ts';
import type { Run } from './run.ts';

/**
 * Where the AI is: a library, a server, a cloud service. Errors that may pass are `TransientError`s, all others
 * `PermanentError`s, each with a code that users see.
 */
export abstract class Provider<Input = JsonObject, Options = JsonObject, Output = JsonObject> {
  /** Does the work of one job, or of one direct call. Pass `run.signal` to calls that take long. */
  abstract run(input: Input, run: Run<Options>): Promise<Output>;

  /** Called once before any work. If it throws, the module does not start. */
  async connect(): Promise<void> {}

  /** Called once when no work runs any more. */
  async close(): Promise<void> {}

  /** Whether work could be done now; at most two seconds. */
  async ping(): Promise<boolean> {
    return true;
  }
}

/** Does the work with a provider of either kind. */
export async function runWith<I, O, Out>(
  provider: Provider<I, O, Out> | PollingProvider,
  input: I,
  run: Run<O>,
): Promise<Out> {
  if ('run' in provider) return provider.run(input, run);
  let step = await provider.process(input as JsonObject, run.options as JsonObject, run.signal);
  while (!step.isComplete) {
    await run.progress(step.progressPercent);
    step = await provider.getStatus(step.id);
  }
  return step.data as Out;
}
