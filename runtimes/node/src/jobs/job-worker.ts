import { randomUUID } from 'node:crypto';
import type { ClaimedJob, Store } from '../engine/store.ts';
import { TransientError } from '../errors.ts';
import type { Log } from '../log.ts';
import type { BaseConfig } from '../modules/base-config.ts';
import { Attempt, type Outcome } from './attempt.ts';
import type { Work } from './run.ts';
import { withRetries } from './with-retries.ts';

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
      const resultId = randomUUID();
      await withRetries(() => store.completeJob(job, resultId, outcome.output, outcome.durationMs));
    }
  }

  #fail(job: ClaimedJob, error: { code: string }) {
    const { retry_attempts, retry_delay_seconds } = this.#config;
    const again = error instanceof TransientError && job.attempt <= retry_attempts;
    if (again) return this.#store.retryJob(job, retry_delay_seconds * 2 ** (job.attempt - 1));
    return this.#store.failJob(job, error.code);
  }
}
