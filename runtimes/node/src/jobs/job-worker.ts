import { randomUUID } from 'node:crypto';
import { withRetries } from '../db/with-retries.ts';
import { TransientError } from '../errors.ts';
import type { Log } from '../log.ts';
import type { BaseConfig } from '../modules/base-config.ts';
import { Attempt, type Outcome } from './attempt.ts';
import type { JobQueries } from './job-queries.ts';
import type { JobQueue } from './job-queue.ts';
import type { Claim, JobStore } from './job-store.ts';
import type { Lifecycle } from './lifecycle.ts';
import type { Work } from './run.ts';
import type { JobRow } from './tables.ts';

/** A job whose worker vanished is taken up again, but not for ever: its input may be what kills the workers. */
const LOST_WORKERS_ALLOWED = 2;
const PENDING_TOO_LONG_SECONDS = 5 * 60;

export interface JobWorkerParts {
  readonly store: JobStore;
  readonly queries: JobQueries;
  readonly queue: JobQueue;
  readonly lifecycle: Lifecycle;
  readonly config: BaseConfig;
  readonly leaseSeconds: number;
  readonly log: Log;
}

/** Runs the attempts of one module's jobs and decides what follows from each. */
export class JobWorker {
  readonly #parts: JobWorkerParts;
  readonly #work: Work;
  readonly #running = new Map<string, Attempt>();

  constructor(parts: JobWorkerParts, work: Work) {
    this.#parts = parts;
    this.#work = work;
  }

  /** Works on the job if it is due and nobody else does; delivering the same job twice does no harm. */
  async run(jobId: string): Promise<void> {
    const { store, lifecycle, config, leaseSeconds, log } = this.#parts;
    const claim = await store.claim(jobId, randomUUID());
    if (!claim) return this.#comeBackLater(jobId);
    if (claim.job.attempt > config.retry_attempts + 1 + LOST_WORKERS_ALLOWED) {
      return this.#end(claim, 'internal_error');
    }
    const settings = { timeoutSeconds: config.timeout_seconds, leaseSeconds };
    const attempt = new Attempt(claim, store, lifecycle, settings, log);
    this.#running.set(jobId, attempt);
    try {
      await this.#conclude(claim, await attempt.run(this.#work));
    } finally {
      this.#running.delete(jobId);
    }
  }

  /** Spares a cancelled job's worker the rest of the work, if it runs in this process. */
  abandon(jobId: string): void {
    this.#running.get(jobId)?.abandon();
  }

  /** Hands all running jobs back. */
  stop(): void {
    for (const attempt of this.#running.values()) attempt.stop();
  }

  /** Queues jobs again whose message or worker was lost; returns how many. */
  async requeueStale(): Promise<number> {
    const stale = await this.#parts.queries.takeStale(PENDING_TOO_LONG_SECONDS);
    for (const job of stale) await this.#parts.queue.add(job, { key: `${job.id}-stale-${Date.now()}` });
    return stale.length;
  }

  /** Queues all unfinished jobs. `alone`: no other process can be at work, so that all claims are dead. */
  async recover(alone: boolean): Promise<number> {
    const { queries, queue } = this.#parts;
    if (alone) await queries.expireClaims();
    const unfinished = await queries.active();
    for (const job of unfinished) {
      const delayMs = (nextChance(job)?.getTime() ?? 0) - Date.now();
      await queue.add(job, { key: `${job.id}-recovered-${Date.now()}`, delayMs });
    }
    return unfinished.length;
  }

  async #conclude(claim: Claim, outcome: Outcome): Promise<void> {
    const { store, lifecycle } = this.#parts;
    if (outcome.kind === 'lost') return;
    if (outcome.kind === 'stopped') return this.#tryAgain(claim, 0);
    if (outcome.kind === 'failed') return this.#failed(claim, outcome.error);
    const resultId = randomUUID();
    const job = await withRetries(() => store.complete(claim, outcome.output, outcome.durationMs, resultId));
    if (job) await lifecycle.completed(job, outcome.durationMs);
  }

  async #failed(claim: Claim, error: { code: string }): Promise<void> {
    const { config } = this.#parts;
    const { attempt } = claim.job;
    const again = error instanceof TransientError && attempt <= config.retry_attempts;
    if (again) await this.#tryAgain(claim, config.retry_delay_seconds * 2 ** (attempt - 1));
    else await this.#end(claim, error.code);
  }

  async #tryAgain(claim: Claim, delaySeconds: number): Promise<void> {
    const { store, queue, log } = this.#parts;
    const job = await withRetries(() => store.retry(claim, delaySeconds));
    if (!job) return;
    const message = { key: `${job.id}-after-${job.attempt}`, delayMs: delaySeconds * 1_000 };
    // The job is safe in the database: requeue_stale finds it if this message is lost.
    await queue.add(job, message).catch((error) => log.error({ err: error, job_id: job.id }, 'retry not queued'));
  }

  async #end(claim: Claim, code: string): Promise<void> {
    const job = await withRetries(() => this.#parts.store.fail(claim, code));
    if (job) await this.#parts.lifecycle.failed(job);
  }

  /** A job that is active but not ours to claim yet: look again when its lease or its delay is over. */
  async #comeBackLater(jobId: string): Promise<void> {
    const job = await this.#parts.queries.find(jobId);
    const at = job && nextChance(job);
    if (!job || !at) return;
    const delayMs = Math.max(200, at.getTime() - Date.now() + 200);
    await this.#parts.queue.add(job, { key: `${jobId}-look-${at.getTime()}`, delayMs });
  }
}

function nextChance(job: JobRow): Date | null {
  if (job.status === 'pending') return job.due_at;
  return job.status === 'processing' ? job.lease_until : null;
}
