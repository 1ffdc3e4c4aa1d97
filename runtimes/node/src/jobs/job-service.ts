import { randomUUID } from 'node:crypto';
import type { ClaimedJob, Job, JobStatus, JsonObject } from '../engine/store.ts';
import { HttpError } from '../errors.ts';
import type { Event } from '../events/event.ts';
import type { User } from '../http/auth.ts';
import type { Log } from '../log.ts';
import type { BaseConfig } from '../modules/base-config.ts';
import type { ModuleContext } from '../modules/module-context.ts';
import type { Provider } from '../provider.ts';
import { checkInput } from './check-input.ts';
import { idFromEvent } from './id-from-event.ts';
import { JobWorker } from './job-worker.ts';
import type { LifecycleNames } from './lifecycle.ts';
import { type Run, runInline, type WorkRequest } from './run.ts';
import { type JobView, type ResultView, type StatsView, viewOfJob, viewOfResult } from './schemas.ts';
import type { JobTables } from './tables.ts';

/** A request for work; `priority` runs from 1 (last) to 10 (first). */
export interface ProcessRequest extends WorkRequest {
  readonly priority: number;
}

/** What a module passes to the constructor of `JobService`. */
export interface JobServiceSettings<C extends BaseConfig> {
  readonly config: C;
  readonly lifecycle: LifecycleNames;
  /** @deprecated Ignored: jobs of all modules are in tables of the runtime. */
  readonly tables?: JobTables;
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

  /** Names of the events that the runtime publishes with each step of a job. */
  readonly lifecycle: LifecycleNames;
  readonly #context: ModuleContext;
  readonly #worker: JobWorker;

  constructor(context: ModuleContext, { config, lifecycle }: JobServiceSettings<C>) {
    this.config = config;
    this.log = context.log;
    this.lifecycle = lifecycle;
    this.#context = context;
    this.#worker = new JobWorker(context.store, config, (request, run) => this.work(request, run), context.log);
  }

  /** The work itself: turns a request into output data. Runs in a job's attempt, or at once for a direct call. */
  protected abstract work(request: WorkRequest, run: Run): Promise<JsonObject>;

  /** Opens what the work needs; when it throws, the module does not start. */
  async initialize(): Promise<void> {
    await this.provider.connect();
  }

  /** Closes everything. No job runs any more. */
  async shutdown(): Promise<void> {
    await this.provider.close();
  }

  /** Accepts a job. 422 when it is too large, 429 when the user has too many. */
  async startProcessing(request: ProcessRequest, user: Pick<User, 'id'>, id: string = randomUUID()): Promise<JobView> {
    checkInput(request, this.config.max_input_bytes);
    const { input_data, options, priority } = request;
    const job = { id, module: this.#module, user_id: user.id, input_data, options, priority };
    const added = await this.#store.addJob(job, this.config.max_pending_jobs);
    if (!added) throw new HttpError(429, 'too_many_jobs');
    return viewOfJob(added);
  }

  /** A job for the user the event is about; the same event twice is one job. */
  async startFromEvent(event: Event): Promise<void> {
    const { user_id } = event.data;
    if (typeof user_id !== 'string' || user_id === '') {
      this.log.warn({ event: event.name, event_id: event.event_id }, 'event names no user: ignored');
      return;
    }
    const id = idFromEvent(this.#module, event.event_id);
    await this.startProcessing({ input_data: { ...event.data }, options: {}, priority: 5 }, { id: user_id }, id);
  }

  /** Does the work at once, without a job. */
  async process(request: WorkRequest): Promise<ResultView> {
    checkInput(request, this.config.max_input_bytes);
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
    const { jobs, total } = await this.#store.listJobs(this.#module, user.id, query);
    const { skip, limit } = query;
    return { jobs: jobs.map(viewOfJob), total, skip, limit, has_more: skip + jobs.length < total };
  }

  /** 409 when the job has ended already. */
  async cancelJob(id: string, user: User): Promise<void> {
    await this.#jobOf(id, user);
    if (!(await this.#store.cancelJob(id))) throw new HttpError(409, 'job_not_cancellable');
  }

  /** 409 while there is no result, and when there never will be one. */
  async getResult(id: string, user: User): Promise<ResultView> {
    const job = await this.#jobOf(id, user);
    if (job.status === 'pending' || job.status === 'processing') throw new HttpError(409, 'result_not_ready');
    const result = await this.#store.findResult(id);
    if (!result) throw new HttpError(409, 'result_unavailable');
    return viewOfResult(result);
  }

  async getStats(): Promise<StatsView> {
    return { ...(await this.#store.stats(this.#module)), uptime_seconds: Math.round(process.uptime()) };
  }

  async getMetrics(): Promise<Record<string, unknown>> {
    // Events are stored together with what they report.
    return { ...(await this.getStats()), event_publish_failures: 0 };
  }

  /** Cancels what a user still has running, then deletes all of their jobs and results. */
  async deleteJobsOf(userId: string): Promise<void> {
    await this.#store.eraseUserJobs(this.#module, userId);
  }

  /** Makes one attempt at a job. Called by the runtime. */
  runClaimed(job: ClaimedJob, signal: AbortSignal): Promise<void> {
    return this.#worker.run(job, signal);
  }

  /** Deletes jobs that ended more than `retention_days` ago; returns how many. */
  cleanupOldJobs(): Promise<number> {
    return this.#store.deleteOldJobs(this.#module, this.config.retention_days);
  }

  /** @deprecated Does nothing: the runtime runs jobs. */
  async runJob(_id: string): Promise<void> {}

  /** @deprecated Does nothing: the runtime takes jobs back from workers that have disappeared. */
  async requeueStale(): Promise<number> {
    return 0;
  }

  get #store() {
    return this.#context.store;
  }

  get #module() {
    return this.#context.manifest.name;
  }

  async #jobOf(id: string, user: User): Promise<Job> {
    const job = await this.#store.findJob(this.#module, id);
    if (!job) throw new HttpError(404, 'job_not_found');
    if (job.user_id !== user.id && !user.isAdmin) throw new HttpError(403, 'not_owner');
    return job;
  }
}
