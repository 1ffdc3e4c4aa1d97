import { randomUUID } from 'node:crypto';
import { withRetries } from '../db/with-retries.ts';
import { HttpError } from '../errors.ts';
import type { Event } from '../events/event.ts';
import type { User } from '../http/auth.ts';
import { tooLong } from '../http/invalid-request.ts';
import type { Log } from '../log.ts';
import type { BaseConfig } from '../modules/base-config.ts';
import type { ModuleContext } from '../modules/module-context.ts';
import type { Provider } from '../provider.ts';
import { idFromEvent } from './id-from-event.ts';
import { JobQueries } from './job-queries.ts';
import { JobStore } from './job-store.ts';
import { JobWorker } from './job-worker.ts';
import { Lifecycle, type LifecycleNames } from './lifecycle.ts';
import { type Run, runInline, type WorkRequest } from './run.ts';
import { type JobView, type ResultView, type StatsView, viewOfJob, viewOfResult } from './schemas.ts';
import type { JobRow, JobStatus, JobTables, JsonObject } from './tables.ts';

/** A request for work; `priority` runs from 1 (last) to 10 (first). */
export interface ProcessRequest extends WorkRequest {
  readonly priority: number;
}

export interface JobServiceSettings<C extends BaseConfig> {
  readonly config: C;
  readonly tables: JobTables;
  readonly lifecycle: LifecycleNames;
}

/**
 * The service of a module: it takes jobs, runs them in the background and answers about them. A module says what
 * the work is (`work`) and who does it (`provider`); how jobs move, retry, expire and recover is settled here.
 */
export abstract class JobService<C extends BaseConfig> {
  readonly config: C;
  readonly log: Log;
  /** Does the work of every job and every direct call. */
  abstract readonly provider: Provider;

  readonly #context: ModuleContext;
  readonly #store: JobStore;
  readonly #queries: JobQueries;
  readonly #lifecycle: Lifecycle;
  readonly #worker: JobWorker;

  constructor(context: ModuleContext, { config, tables, lifecycle }: JobServiceSettings<C>) {
    const { db, queue, log, leaseSeconds } = context;
    this.config = config;
    this.log = log;
    this.#context = context;
    this.#store = new JobStore(db, tables, leaseSeconds);
    this.#queries = new JobQueries(db, tables);
    this.#lifecycle = new Lifecycle(context.events, lifecycle, log);
    const parts = { store: this.#store, queries: this.#queries, queue, lifecycle: this.#lifecycle };
    this.#worker = new JobWorker({ ...parts, config, leaseSeconds, log }, (request, run) => this.work(request, run));
  }

  /** The work itself: turns a request into output data. Runs in a job's attempt, or at once for a direct call. */
  protected abstract work(request: WorkRequest, run: Run): Promise<JsonObject>;

  /** Opens what the work needs; when it throws, the module does not start. */
  async initialize(): Promise<void> {
    await this.provider.connect();
  }

  /** Hands running jobs back and closes everything. */
  async shutdown(): Promise<void> {
    this.#worker.stop();
    await this.provider.close();
  }

  /** Accepts a job. 422 when it is too large, 429 when the user has too many, 503 when it cannot be queued. */
  async startProcessing(request: ProcessRequest, user: Pick<User, 'id'>, id: string = randomUUID()): Promise<JobView> {
    this.#refuseOversized(request);
    const { input_data, options, priority } = request;
    const row = { id, user_id: user.id, input_data, options, priority };
    const added = await this.#store.add(row, this.config.max_pending_jobs);
    if (!added) throw new HttpError(429, 'too_many_jobs');
    const { job, isNew } = added;
    if (isNew) await this.#lifecycle.started(job);
    if (job.status === 'pending') await this.#enqueue(job);
    return viewOfJob(job);
  }

  /** A job for the user the event is about; the same event twice is one job. */
  async startFromEvent(event: Event): Promise<void> {
    const { user_id } = event.data;
    if (typeof user_id !== 'string' || user_id === '') {
      this.log.warn({ event: event.name, event_id: event.event_id }, 'event names no user: ignored');
      return;
    }
    const id = idFromEvent(this.#context.manifest.name, event.event_id);
    await this.startProcessing({ input_data: { ...event.data }, options: {}, priority: 5 }, { id: user_id }, id);
  }

  /** Does the work at once, without a job. */
  async process(request: WorkRequest): Promise<ResultView> {
    this.#refuseOversized(request);
    const started = performance.now();
    const work = (each: WorkRequest, run: Run) => this.work(each, run);
    const output_data = await runInline(work, request, this.config.timeout_seconds);
    return { result_id: null, output_data, metadata: { duration_ms: Math.round(performance.now() - started) } };
  }

  /** 404 when there is no such job, 403 when it is another user's. */
  async getJob(id: string, user: User): Promise<JobView> {
    return viewOfJob(await this.#jobOf(id, user));
  }

  /** The user's own jobs, newest first. */
  async listJobs(query: { skip: number; limit: number; status?: JobStatus | undefined }, user: User) {
    const { rows, total } = await this.#queries.list({ ...query, user_id: user.id });
    const { skip, limit } = query;
    return { jobs: rows.map(viewOfJob), total, skip, limit, has_more: skip + rows.length < total };
  }

  /** 409 when the job has ended already. */
  async cancelJob(id: string, user: User): Promise<void> {
    await this.#jobOf(id, user);
    if (!(await this.#cancel(id))) throw new HttpError(409, 'job_not_cancellable');
  }

  /** 409 while there is no result, and when there never will be one. */
  async getResult(id: string, user: User): Promise<ResultView> {
    const job = await this.#jobOf(id, user);
    if (job.status === 'pending' || job.status === 'processing') throw new HttpError(409, 'result_not_ready');
    const result = await this.#queries.findResult(id);
    if (!result) throw new HttpError(409, 'result_unavailable');
    return viewOfResult(result);
  }

  async getStats(): Promise<StatsView> {
    return { ...(await this.#queries.stats()), uptime_seconds: Math.round(process.uptime()) };
  }

  async getMetrics(): Promise<Record<string, unknown>> {
    return { ...(await this.getStats()), event_publish_failures: this.#lifecycle.publishFailures };
  }

  /** Cancels what a user still has running, then deletes all of their jobs and results. */
  async deleteJobsOf(userId: string): Promise<void> {
    for (const job of await this.#queries.activeOf(userId)) await this.#cancel(job.id);
    await this.#queries.deleteOf(userId);
  }

  /** One attempt at a job that is due; called by the queue. */
  runJob(id: string): Promise<void> {
    return this.#worker.run(id);
  }

  /** Queues jobs again that got lost on the way; returns how many. */
  requeueStale(): Promise<number> {
    return this.#worker.requeueStale();
  }

  /** Deletes jobs that ended more than `retention_days` ago; returns how many. */
  cleanupOldJobs(): Promise<number> {
    return this.#queries.deleteOlderThan(this.config.retention_days);
  }

  /** Queues all unfinished jobs. `alone`: no other process can be at work on them. */
  recover(alone: boolean): Promise<number> {
    return this.#worker.recover(alone);
  }

  #refuseOversized({ input_data, options }: WorkRequest): void {
    const bytes = Buffer.byteLength(JSON.stringify(input_data)) + Buffer.byteLength(JSON.stringify(options));
    if (bytes > this.config.max_input_bytes) throw tooLong(['body', 'input_data'], this.config.max_input_bytes);
  }

  async #enqueue(job: JobRow): Promise<void> {
    try {
      await this.#context.queue.add(job, { key: `${job.id}-0` });
    } catch (error) {
      this.log.error({ err: error, job_id: job.id }, 'job not queued');
      const failed = await withRetries(() => this.#store.failPending(job.id, 'queue_unavailable'));
      if (failed) await this.#lifecycle.failed(failed);
      throw new HttpError(503, 'queue_unavailable', { 'retry-after': '5' });
    }
  }

  async #jobOf(id: string, user: User): Promise<JobRow> {
    const job = await this.#queries.find(id);
    if (!job) throw new HttpError(404, 'job_not_found');
    if (job.user_id !== user.id && !user.isAdmin) throw new HttpError(403, 'not_owner');
    return job;
  }

  async #cancel(id: string): Promise<boolean> {
    const job = await this.#store.cancel(id);
    if (!job) return false;
    this.#worker.abandon(id);
    await this.#lifecycle.cancelled(job);
    return true;
  }
}
