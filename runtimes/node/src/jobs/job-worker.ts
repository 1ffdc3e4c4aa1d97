import { randomUUID } from 'node:crypto';
import { isUnavailable } from '../engine/connection.ts';
import type { ClaimedJob, Store } from '../engine/store.ts';
import { withRetries } from '../engine/with-retries.ts';
import { TransientError } from '../errors.ts';
import type { Log } from '../log.ts';
import type { BaseConfig } from '../modules/base-config.ts';
import { Attempt, type Outcome } from './attempt.ts';
import type { Work } from './run.ts';

/** A job whose worker has disappeared is started again, but not for ever: its input may be what ends the workers. */
const LOST_WORKERS_ALLOWED = 2;

/** How often a job is started at most. */
export function maxAttempts({ retry_attempts }: Pick<BaseConfig, 'retry_attempts'>): number {
  return retry_attempts + 1 + LOST_WORKERS_ALLOWED;
}

/** Makes attempts at the jobs of one module, and moves each job to its next state. */
export class JobWorker {
  readonly #store: Store;
  readonly #config: BaseConfig;
  readonly #work: Work;
  readonly #log: Log;

  constructor(store: Store, config: BaseConfig, work: Work, log: Log) {
    this.#store = store;
    this.#config = config;
    this.#work = work;
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
      await this.#complete(job, outcome);
    }
  }

  async #complete(job: ClaimedJob, { output, durationMs }: Extract<Outcome, { kind: 'done' }>): Promise<void> {
    const resultId = randomUUID();
    try {
      await withRetries(() => this.#store.completeJob(job, resultId, output, durationMs));
    } catch (error) {
      if (isUnavailable(error)) throw error;
      // Output that JSON or the database can't store, such as a BigInt. Another attempt would end the same way.
      this.#log.error({ err: error, job_id: job.id }, 'output not stored');
      await withRetries(() => this.#store.failJob(job, 'internal_error'));
    }
  }

  #fail(job: ClaimedJob, error: { code: string }) {
    const { retry_attempts, retry_delay_seconds } = this.#config;
    const again = error instanceof TransientError && job.attempt <= retry_attempts;
    if (again) return this.#store.retryJob(job, retry_delay_seconds * 2 ** (job.attempt - 1));
    return this.#store.failJob(job, error.code);
  }
}
