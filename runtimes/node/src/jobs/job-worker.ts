import { randomUUID } from 'node:crypto';
import { isUnavailable } from '../engine/connection.ts';
import { ClaimLost, type EndedAttempt } from '../engine/executor.ts';
import type { ClaimedJob, Store } from '../engine/store.ts';
import { withRetries } from '../engine/with-retries.ts';
import { AttemptTimeout, PermanentError, TransientError } from '../errors.ts';
import { type Log, withLogFields } from '../log.ts';
import type { BaseConfig } from '../modules/base-config.ts';
import { inSpan, type StartedSpan } from '../traces.ts';
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
  /** Stores the result and completes the job, and repeats that while the database is unavailable. May throw the errors of the work, and the reason of the signal. */
  readonly complete: (job: ClaimedJob, resultId: string, done: Done, signal: AbortSignal) => Promise<unknown>;
  readonly log: Log;
}

type Ended = Pick<EndedAttempt, 'outcome' | 'error_code'>;

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

  /** `host` aborts with a `ClaimLost` or a `HostStopping`. */
  async run(job: ClaimedJob, host: AbortSignal): Promise<EndedAttempt> {
    const { id: job_id, module, attempt, created_at, started_at } = job;
    const begin = performance.now();
    const attributes = { 'ai.job.id': job_id, 'ai.job.attempt': attempt };
    const parent = await this.#store.findTrace(job_id);
    const run = async (span: StartedSpan | undefined): Promise<EndedAttempt> => {
      const wait_ms = attempt === 1 && started_at ? started_at.getTime() - created_at.getTime() : undefined;
      this.#log.info({ job_id, attempt, wait_ms }, 'job claimed');
      const how = await this.#attempt(job, host);
      const duration_ms = Math.round(performance.now() - begin);
      this.#log.info({ job_id, attempt, duration_ms, ...how }, 'job ended');
      span?.set({ 'ai.job.outcome': how.outcome });
      if (how.error_code !== undefined) span?.fail(how.error_code);
      return { ...how, duration_ms, wait_ms };
    };
    return withLogFields({ job_id, attempt }, () =>
      inSpan(`process ${module}`, { kind: 'consumer', attributes, parent }, run),
    );
  }

  async #attempt(job: ClaimedJob, host: AbortSignal): Promise<Ended> {
    const time = new AbortController();
    const timer = setTimeout(() => time.abort(new AttemptTimeout()), this.#config.timeout_seconds * 1_000);
    const signal = AbortSignal.any([host, time.signal]);
    try {
      const attempt = new Attempt(job, this.#store, this.#log);
      const outcome = await attempt.run(this.#work, signal);
      return await this.#conclude(
        job,
        outcome.kind === 'done' ? await this.#finish(job, attempt, outcome, signal) : outcome,
      );
    } finally {
      clearTimeout(timer);
    }
  }

  async #conclude(job: ClaimedJob, outcome: Outcome): Promise<Ended> {
    switch (outcome.kind) {
      case 'done':
        return { outcome: 'completed' };
      case 'lost':
        return { outcome: 'lost' };
      case 'stopped':
        await withRetries(() => this.#store.retryJob(job, 0));
        return { outcome: 'handed_back' };
      case 'failed': {
        const error_code = outcome.error.code;
        const next = await withRetries(() => this.#fail(job, outcome.error));
        return { outcome: next === undefined ? 'lost' : next.status === 'failed' ? 'failed' : 'retried', error_code };
      }
    }
  }

  /** Completes the job, or returns why it can't be completed. */
  async #finish(job: ClaimedJob, attempt: Attempt, done: Done, signal: AbortSignal): Promise<Outcome> {
    const resultId = randomUUID();
    try {
      await this.#complete(job, resultId, done, signal);
      return done;
    } catch (error) {
      if (signal.aborted && error === signal.reason) return attempt.failed(error);
      if (isUnavailable(error)) throw error;
      return attempt.failed(asWorkError(error));
    }
  }

  #fail(job: ClaimedJob, error: { code: string }) {
    const { retry_attempts, retry_delay_seconds } = this.#config;
    const again = error instanceof TransientError && job.attempt <= retry_attempts;
    if (again) return this.#store.retryJob(job, retry_delay_seconds * 2 ** (job.attempt - 1), error.code);
    return this.#store.failJob(job, error.code);
  }
}

/** Other errors come from output that the database can't store, such as a BigInt: another attempt would end the same way. */
function asWorkError(error: unknown): unknown {
  const isKnown = [TransientError, PermanentError, ClaimLost].some((each) => error instanceof each);
  return isKnown ? error : new PermanentError('internal_error', { cause: error });
}
