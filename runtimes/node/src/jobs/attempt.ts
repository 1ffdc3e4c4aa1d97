import { AttemptTimeout, PermanentError, TransientError } from '../errors.ts';
import type { Log } from '../log.ts';
import type { Claim, JobStore } from './job-store.ts';
import type { Lifecycle } from './lifecycle.ts';
import { type Run, untilAborted, type Work } from './run.ts';
import type { JsonObject } from './tables.ts';

/** How an attempt ended; `lost` means that the job is somebody else's business now. */
export type Outcome =
  | { readonly kind: 'done'; readonly output: JsonObject; readonly durationMs: number }
  | { readonly kind: 'failed'; readonly error: TransientError | PermanentError }
  | { readonly kind: 'stopped' }
  | { readonly kind: 'lost' };

export interface AttemptSettings {
  readonly timeoutSeconds: number;
  readonly leaseSeconds: number;
}

class ClaimLost extends Error {}
class HostStopping extends Error {}

/** One try at one job: keeps the lease alive, reports progress, bounds the time. It never changes the job's state. */
export class Attempt {
  readonly #claim: Claim;
  readonly #store: JobStore;
  readonly #lifecycle: Lifecycle;
  readonly #settings: AttemptSettings;
  readonly #log: Log;
  readonly #controller = new AbortController();
  #progress: number;

  constructor(claim: Claim, store: JobStore, lifecycle: Lifecycle, settings: AttemptSettings, log: Log) {
    this.#claim = claim;
    this.#store = store;
    this.#lifecycle = lifecycle;
    this.#settings = settings;
    this.#log = log;
    this.#progress = claim.job.progress_percent;
  }

  /** The job was cancelled: whatever the work brings is thrown away. */
  abandon(): void {
    this.#controller.abort(new ClaimLost());
  }

  /** The host stops: the job is to be handed back. */
  stop(): void {
    this.#controller.abort(new HostStopping());
  }

  async run(work: Work): Promise<Outcome> {
    const { signal } = this.#controller;
    const { timeoutSeconds, leaseSeconds } = this.#settings;
    const timeout = setTimeout(() => this.#controller.abort(new AttemptTimeout()), timeoutSeconds * 1_000);
    const heartbeat = setInterval(() => this.#renew(), (leaseSeconds * 1_000) / 3);
    const started = performance.now();
    const run: Run = { signal, progress: (percent) => this.#report(percent) };
    try {
      const output = await untilAborted(signal, () => work(this.#claim.job, run));
      return { kind: 'done', output, durationMs: Math.round(performance.now() - started) };
    } catch (error) {
      return this.#outcomeOf(signal.aborted ? signal.reason : error);
    } finally {
      clearTimeout(timeout);
      clearInterval(heartbeat);
    }
  }

  async #report(percent: number): Promise<void> {
    this.#controller.signal.throwIfAborted();
    const progress = Math.min(99, Math.max(0, Math.floor(percent)));
    if (progress <= this.#progress) return;
    if (!(await this.#store.progress(this.#claim, progress))) throw new ClaimLost();
    this.#progress = progress;
    await this.#lifecycle.progress(this.#claim.job, progress);
  }

  async #renew(): Promise<void> {
    try {
      if (!(await this.#store.renew(this.#claim))) this.abandon();
    } catch (error) {
      // A database that is away for a moment does not end the attempt; an expired lease does, at completion.
      this.#log.warn({ err: error, job_id: this.#claim.job.id }, 'lease not renewed');
    }
  }

  #outcomeOf(error: unknown): Outcome {
    if (error instanceof ClaimLost) return { kind: 'lost' };
    if (error instanceof HostStopping) return { kind: 'stopped' };
    this.#log.warn({ err: error, job_id: this.#claim.job.id, attempt: this.#claim.job.attempt }, 'attempt failed');
    if (error instanceof TransientError || error instanceof PermanentError) return { kind: 'failed', error };
    return { kind: 'failed', error: new TransientError('internal_error', { cause: error }) };
  }
}
