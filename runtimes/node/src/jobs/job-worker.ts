import { randomUUID } from 'node:crypto';
import { isUnavailable } from '../engine/connection.ts';
import type { ClaimedJob, Store } from '../engine/store.ts';
import { withRetries } from '../engine/with-retries.ts';
import { PermanentError, TransientError } from '../errors.ts';
import type { Log } from '../log.ts';
import type { BaseConfig } from '../modules/base-config.ts';
import { Attempt, type Done, type Outcome } from './attempt.ts';
import type { Work } from './run.ts';

/** A job whose worker has disappeared is started again, but not for ever: its input may be what ends the workers. */
const LOST_WORKERS_ALLOWED = 2;

/** How often a job is started at most. */
export function maxAttempts({ retry_attempts }: Pick<BaseConfig, 'retry_attempts'>): number {
  return retry_attempts + 1 + LOST_WORKERS_ALLOWED;
}

export interface JobWorkerOptions {
  readonly store: Store;
  readonly config: BaseConfig;
  readonly work: Work;
  /** Stores the result and completes the job. May throw the errors of the work. */
  readonly complete: (job: ClaimedJob, resultId: string, done: Done) => Promise<unknown>;
  readonly log: Log;
}

/** Makes attempts at the jobs of one module, and moves each job to its next state. */
export class JobWorker {
  readonly #store: Store;
  readonly #config: BaseConfig;
  readonly #work: Work;
  readonly #complete: JobWorkerOptions['complete'];
  readonly #log: Log;

  constructor({ store, config, work, complete, log }: JobWorkerOptions) {
    this.#store = store;
    this.#config = config;
    this.#work = work;
    this.#complete = complete;
    this.#log = log;
  }

  async run(job: ClaimedJob, signal: AbortSignal): Promise<void> {
    const attempt = new Attempt(job, this.#store, this.#config.timeout_seconds, this.#log);
    const outcome = await attempt.run(this.#work, signal);
    await this.#conclude(job, outcome);
  }

  async #conclude(job: ClaimedJob, outcome: Outcome): Promise<void> {
    const store = this.#store;
    if (outcome.kind === 'lost') return;
    if (outcome.kind === 'stopped') {
      await withRetries(() => store.retryJob(job, 0));
    } else if (outcome.kind === 'failed') {
      await withRetries(() => this.#fail(job, outcome.error));
    } else {
      await this.#finish(job, outcome);
    }
  }

  async #finish(job: ClaimedJob, done: Done): Promise<void> {
    const resultId = randomUUID();
    try {
      await withRetries(() => this.#complete(job, resultId, done));
    } catch (error) {
      if (isUnavailable(error)) throw error;
      this.#log.error({ err: error, job_id: job.id }, 'job not completed');
      await withRetries(() => this.#fail(job, asWorkError(error)));
    }
  }

  #fail(job: ClaimedJob, error: { code: string }) {
    const { retry_attempts, retry_delay_seconds } = this.#config;
    const again = error instanceof TransientError && job.attempt <= retry_attempts;
    if (again) return this.#store.retryJob(job, retry_delay_seconds * 2 ** (job.attempt - 1));
    return this.#store.failJob(job, error.code);
  }
}

/** Other errors come from output that the database can't store, such as a BigInt: another attempt would end the same way. */
function asWorkError(error: unknown): TransientError | PermanentError {
  if (error instanceof TransientError || error instanceof PermanentError) return error;
  return new PermanentError('internal_error');
}
