import { isUnavailable } from '../engine/connection.ts';
import { ClaimLost, HostStopping } from '../engine/executor.ts';
import type { ClaimedJob, JsonObject, Store } from '../engine/store.ts';
import { PermanentError, TransientError } from '../errors.ts';
import type { Log } from '../log.ts';
import { type Run, UsageRecord, untilAborted, type Work } from './run.ts';

/** What an attempt has made, how long it took, and what it has used. */
export interface Done {
  readonly kind: 'done';
  readonly output: JsonObject;
  readonly durationMs: number;
  readonly usage: JsonObject;
}

/** How an attempt ended. `lost`: the job was cancelled, or another worker has it. */
export type Outcome =
  | Done
  | { readonly kind: 'failed'; readonly error: TransientError | PermanentError }
  | { readonly kind: 'stopped' }
  | { readonly kind: 'lost' };

/** The work of one attempt at one job. It reports progress, and never changes the job's state. */
export class Attempt {
  readonly #job: ClaimedJob;
  readonly #store: Store;
  readonly #log: Log;
  #progress: number;

  constructor(job: ClaimedJob, store: Store, log: Log) {
    this.#job = job;
    this.#store = store;
    this.#log = log;
    this.#progress = job.progress_percent;
  }

  /** `signal` aborts with an `AttemptTimeout`, a `ClaimLost` or a `HostStopping`. */
  async run(work: Work, signal: AbortSignal): Promise<Outcome> {
    const usage = new UsageRecord();
    const { id, user_id, options } = this.#job;
    const run: Run = {
      options,
      signal,
      progress: (percent) => this.#report(percent, signal),
      usage: usage.add,
      logger: this.#log.child({ job_id: id }),
      user: { id: user_id },
      jobId: id,
    };
    try {
      const output = await untilAborted(signal, () => work(this.#job, run));
      return { kind: 'done', output, ...usage.read() };
    } catch (error) {
      return this.failed(signal.aborted ? signal.reason : error);
    }
  }

  async #report(percent: number, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const progress = Math.min(99, Math.max(0, Math.floor(percent)));
    if (progress <= this.#progress) return;
    try {
      if (!(await this.#store.reportProgress(this.#job, progress))) throw new ClaimLost();
    } catch (error) {
      // Progress is not worth the attempt: if the claim is lost, the last step is refused.
      if (!isUnavailable(error)) throw error;
    }
    this.#progress = progress;
  }

  /** How an attempt ends with an error. */
  failed(error: unknown): Outcome {
    if (error instanceof ClaimLost) return { kind: 'lost' };
    if (error instanceof HostStopping) return { kind: 'stopped' };
    this.#log.warn({ err: error, job_id: this.#job.id, attempt: this.#job.attempt }, 'attempt failed');
    if (error instanceof TransientError || error instanceof PermanentError) return { kind: 'failed', error };
    return { kind: 'failed', error: new TransientError('internal_error', { cause: error }) };
  }
}
