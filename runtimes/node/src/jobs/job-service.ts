import { randomUUID } from 'node:crypto';
import { NodePgSession, NodePgTransaction } from 'drizzle-orm/node-postgres';
import { PgDialect } from 'drizzle-orm/pg-core';
import type { PoolClient } from 'pg';
import type { Db } from '../db/database.ts';
import { isUnavailable } from '../engine/connection.ts';
import { ClaimLost, type EndedAttempt } from '../engine/executor.ts';
import { findUnavailable, isStatementTimeout } from '../engine/outage.ts';
import type { ClaimedJob, JobStatus, JsonObject, Store } from '../engine/store.ts';
import { withRetries } from '../engine/with-retries.ts';
import { HttpError, InvalidValue, PermanentError, RETRY_AFTER, TransientError } from '../errors.ts';
import type { Event } from '../events/event.ts';
import type { ModuleEvents } from '../events/module-events.ts';
import type { User } from '../http/auth.ts';
import { InvalidRequest } from '../http/invalid-request.ts';
import type { Log } from '../log.ts';
import type { BaseConfig } from '../modules/base-config.ts';
import { namespaceOf } from '../modules/endpoints.ts';
import type { Manifest } from '../modules/manifest.ts';
import type { ModuleContext } from '../modules/module-context.ts';
import type { PollingProvider } from '../provider.ts';
import { inSpan } from '../traces.ts';
import type { Done } from './attempt.ts';
import { checkInput, checkOutput, checkTypes, type ModuleSchemas } from './check-input.ts';
import { declaredPart } from './declared-part.ts';
import { idFromEvent } from './id-from-event.ts';
import { JobWorker } from './job-worker.ts';
import { type LifecycleNames, lifecycleOf } from './lifecycle.ts';
import { type Provider, runWith } from './provider.ts';
import { findJobOf, type Results, readResult } from './results.ts';
import { type Run, runInline, UsageRecord, type WorkRequest } from './run.ts';
import { type JobView, type ResultView, type StatsView, viewOfCompleted, viewOfJob } from './schemas.ts';
import type { JobTables } from './tables.ts';

/** How long `onCompleted` and `onUserErased` may take. */
const HOOK_SECONDS = 10;

/** A request for work. */
export interface ProcessRequest<Input = JsonObject, Options = JsonObject> {
  readonly input_data: Input;
  /** Default: an empty object, with the defaults of its type. */
  readonly options?: Options | undefined;
  /** From 1 (last) to 10 (first). Default: 5. */
  readonly priority?: number | undefined;
}

/** @deprecated What modules of version 0.1 pass to the constructor of `JobService`. */
export interface JobServiceSettings<C extends BaseConfig> {
  readonly config: C;
  readonly lifecycle: LifecycleNames;
  /** @deprecated Ignored: jobs of all modules are in tables of the runtime. */
  readonly tables?: JobTables;
}

/** A job as clients see it, with what it was made from. */
export interface CompletedJob<Input = JsonObject, Options = JsonObject> extends JobView {
  readonly input_data: Input;
  readonly options: Options;
}

/** How a direct call is made. */
export interface DirectCall<Options> {
  /** Default: an empty object, with the defaults of its type. */
  readonly options?: Options | undefined;
  readonly user?: Pick<User, 'id'> | null | undefined;
}

/** A result as clients see it, with its type. */
export type ResultOf<Output> = Omit<ResultView, 'output_data'> & { readonly output_data: Output };

/**
 * The service of a module: it accepts jobs, runs them in the background and answers about them. A module provides what
 * does the work, `provider`; the runtime moves, retries, expires and recovers jobs.
 */
export abstract class JobService<C extends BaseConfig, Input = JsonObject, Options = JsonObject, Output = JsonObject> {
  readonly config: C;
  readonly log: Log;
  /** Does the work of every job and every direct call. */
  abstract readonly provider: Provider<Input, Options, Output> | PollingProvider;

  /** Names of the events that the runtime publishes with each step of a job. */
  readonly lifecycle: LifecycleNames;
  protected readonly context: ModuleContext;
  readonly #worker: JobWorker;

  constructor(context: ModuleContext, config: C | JobServiceSettings<C>) {
    const old = 'lifecycle' in config && 'config' in config ? (config as JobServiceSettings<C>) : undefined;
    this.config = old?.config ?? (config as C);
    this.log = context.log;
    this.lifecycle = old?.lifecycle ?? lifecycleOf(namespaceOf(context.manifest), context.manifest.events_emitted);
    this.context = context;
    this.#worker = new JobWorker({
      store: context.store,
      config: this.config,
      work: async (job, run) => {
        const request = this.#checkedAgain(job);
        return this.#checkedOutput(await this.work(request, { ...run, options: request.options }));
      },
      complete: (job, resultId, done, signal) => this.#complete(job, resultId, done, signal),
      log: context.log,
    });
  }

  get manifest(): Manifest {
    return this.context.manifest;
  }

  /** The types of input, options and output. */
  get schemas(): ModuleSchemas {
    return this.context.schemas;
  }

  /** The event bus as this module sees it. */
  get events(): ModuleEvents {
    return this.context.events;
  }

  /** Results of other modules. */
  get results(): Results {
    return this.context.results;
  }

  /** What one job, or one direct call, does. The input is valid, and the output is checked afterwards. */
  run(input: Input, run: Run<Options>): Promise<Output> {
    const { provider } = this.config;
    return inSpan(`provider ${provider}`, { kind: 'internal' }, () => runWith(this.provider, input, run));
  }

  /** @deprecated Override `run` instead. */
  protected work({ input_data }: WorkRequest, run: Run): Promise<JsonObject> {
    return this.run(input_data as Input, run as Run<Options>) as Promise<JsonObject>;
  }

  /**
   * Called when a job is completed, in the transaction that completes it: what it writes through `db`, and the events that it
   * publishes, are stored with the result or not at all. If it throws, or takes longer than 10 seconds or what is left of
   * `timeout_seconds`, the attempt has failed. It is interrupted when the job is cancelled.
   */
  protected async onCompleted(_job: CompletedJob<Input, Options>, _output: Output, _db: Db): Promise<void> {}

  /**
   * Called when a user's jobs are erased, in the same transaction. May be called again for the same user. Nothing is erased
   * if it throws or takes longer than 10 seconds.
   */
  protected async onUserErased(_userId: string, _db: Db): Promise<void> {}

  /** Opens what the work needs; when it throws, the module does not start. */
  async initialize(): Promise<void> {
    await this.provider.connect();
  }

  /** Closes everything. No job runs any more. */
  async shutdown(): Promise<void> {
    await this.provider.close();
  }

  /** Accepts a job. Throws an `InvalidRequest` (422), or `too_many_jobs` (429) when the user has too many. */
  async startProcessing(
    { input_data, options, priority = 5 }: ProcessRequest<Input, Options>,
    user: Pick<User, 'id'>,
    id: string = randomUUID(),
  ): Promise<JobView> {
    const request = this.#checkedInput(input_data, options);
    const job = { id, module: this.#module, user_id: user.id, ...request, priority };
    const added = await this.#send(id, () => this.#store.addJob(job, this.config.max_pending_jobs));
    if (!added) throw new HttpError(429, 'too_many_jobs', RETRY_AFTER);
    return viewOfJob(added);
  }

  /**
   * Starts a job for the user that the event names; the same event twice is one job. The input is `input`, or what the type
   * of the input declares of the event's data. What doesn't fit is not tried again: `input_invalid`.
   */
  async startFromEvent(event: Event, input?: Input, options?: Options): Promise<void> {
    const { user_id } = event.data;
    if (typeof user_id !== 'string' || user_id === '') {
      this.log.warn({ event: event.name, event_id: event.event_id }, 'event names no user: ignored');
      return;
    }
    const id = idFromEvent(this.#module, event.event_id);
    const input_data = input ?? (declaredPart(this.schemas.Input, event.data) as Input);
    try {
      await this.startProcessing({ input_data, options }, { id: user_id }, id);
    } catch (error) {
      throw error instanceof InvalidRequest ? inputInvalid(error) : error;
    }
  }

  /** Does the work at once, without a job. Throws an `InvalidRequest`, or the error of the work. */
  async processNow(input: Input, { options, user = null }: DirectCall<Options> = {}): Promise<ResultOf<Output>> {
    const request = this.#checkedInput(input, options);
    const record = new UsageRecord();
    const output_data = await runInline(this.config.timeout_seconds, async (signal) => {
      const run: Run = {
        options: request.options,
        signal,
        progress: async () => {},
        usage: record.add,
        logger: this.log,
        user: user && { id: user.id },
        jobId: null,
      };
      return this.#checkedOutput(await this.work(request, run));
    });
    const { usage, durationMs } = record.read();
    return { result_id: null, output_data: output_data as Output, metadata: { ...usage, duration_ms: durationMs } };
  }

  /** @deprecated Use `processNow`. */
  process({ input_data, options }: ProcessRequest<Input, Options>): Promise<ResultOf<Output>> {
    return this.processNow(input_data, { options });
  }

  /** 404 when there is no such job, 403 when it is another user's. */
  async getJob(id: string, user: User): Promise<JobView> {
    return viewOfJob(await findJobOf(this.#store, this.#module, id, user));
  }

  /** The user's own jobs, newest first. */
  async listJobs(query: { skip: number; limit: number; status?: JobStatus | undefined }, user: Pick<User, 'id'>) {
    const { jobs, total } = await this.#store.listJobs(this.#module, user.id, query);
    const { skip, limit } = query;
    return { jobs: jobs.map(viewOfJob), total, skip, limit, has_more: skip + jobs.length < total };
  }

  /** 409 when the job has ended already. */
  async cancelJob(id: string, user: User): Promise<void> {
    await findJobOf(this.#store, this.#module, id, user);
    if (!(await this.#store.cancelJob(id))) throw new HttpError(409, 'job_not_cancellable');
  }

  /**
   * Starts a new job with the input of one that has failed or was cancelled, for the same user. 409 for any other job; throws
   * like `startProcessing`.
   */
  async retryJob(id: string, user: User): Promise<JobView> {
    const old = await findJobOf(this.#store, this.#module, id, user);
    if (old.status !== 'failed' && old.status !== 'cancelled') throw new HttpError(409, 'job_not_retryable');
    const { input_data, options } = this.#checkedInput(old.input_data as Input, old.options as Options);
    const newId = randomUUID();
    const added = await this.#send(newId, () =>
      this.#store.repeatJob(id, newId, input_data, options, this.config.max_pending_jobs),
    );
    if (!added) throw new HttpError(429, 'too_many_jobs', RETRY_AFTER);
    return viewOfJob(added);
  }

  /** 409 while there is no result, and when there never will be one. */
  async getResult(id: string, user: User): Promise<ResultOf<Output>> {
    const result = await readResult(this.#store, await findJobOf(this.#store, this.#module, id, user));
    return { ...result, output_data: result.output_data as Output };
  }

  async getStats(): Promise<StatsView> {
    return { ...(await this.#store.stats(this.#module)), uptime_seconds: Math.round(process.uptime()) };
  }

  async getMetrics(): Promise<Record<string, unknown>> {
    // Events are stored together with what they report.
    return { ...(await this.getStats()), event_publish_failures: 0 };
  }

  /** Cancels the jobs of a user that are still active, then deletes all of the user's jobs and results. */
  async eraseUser(userId: string): Promise<void> {
    if (!this.#overrides('onUserErased')) {
      await this.#store.eraseUserJobs(this.#module, userId);
      return;
    }
    const erase = async (store: Store, client: PoolClient) => {
      await store.eraseUserJobs(this.#module, userId);
      await callHook('onUserErased', client, (db) => this.onUserErased(userId, db));
    };
    await runInline(HOOK_SECONDS, (limit) => this.#store.transaction(erase, limit));
  }

  /** Makes one attempt at a job. Called by the runtime. */
  runClaimed(job: ClaimedJob, signal: AbortSignal): Promise<EndedAttempt> {
    return this.#worker.run(job, signal);
  }

  /** Deletes jobs that ended more than `retention_days` ago; returns how many. */
  deleteOldJobs(): Promise<number> {
    return this.#store.deleteOldJobs(this.#module, this.config.retention_days);
  }

  /** @deprecated Use `eraseUser`. */
  deleteJobsOf(userId: string): Promise<void> {
    return this.eraseUser(userId);
  }

  /** @deprecated Use `deleteOldJobs`. */
  cleanupOldJobs(): Promise<number> {
    return this.deleteOldJobs();
  }

  /** @deprecated Does nothing: the runtime runs jobs. */
  async runJob(_id: string): Promise<void> {}

  /** @deprecated Does nothing: the runtime takes jobs back from workers that have disappeared. */
  async requeueStale(): Promise<number> {
    return 0;
  }

  get #store() {
    return this.context.store;
  }

  get #module() {
    return this.context.manifest.name;
  }

  /** Adds a job: its attempts are below the span of this. */
  #send<T>(id: string, add: () => Promise<T>): Promise<T> {
    return inSpan(`send ${this.#module}`, { kind: 'producer', attributes: { 'ai.job.id': id } }, async () => {
      await this.#store.addTrace(id);
      return add();
    });
  }

  #checkedInput(input_data: Input, options: Options | undefined): WorkRequest {
    return checkInput({ input_data, options: options ?? {} }, this.schemas, this.config.max_input_bytes);
  }

  /** A stored request with the types and defaults of today: the module may have been another one when it was accepted. */
  #checkedAgain(job: WorkRequest): WorkRequest {
    try {
      return checkTypes(job, this.schemas);
    } catch (error) {
      throw error instanceof InvalidRequest ? inputInvalid(error) : error;
    }
  }

  #checkedOutput(output: JsonObject): JsonObject {
    return checkOutput(this.schemas.Output, output) as JsonObject;
  }

  async #complete(job: ClaimedJob, resultId: string, done: Done, attempt: AbortSignal): Promise<void> {
    const { output, durationMs, usage } = done;
    const complete = (store: Store) => store.completeJob(job, resultId, output, durationMs, usage);
    if (!this.#overrides('onCompleted')) return void (await withRetries(() => complete(this.#store)));
    let isHookRunning = false;
    let hasEndedJob = false;
    const completeWithHook = async (store: Store, client: PoolClient) => {
      const found = await store.findClaimed(job, resultId);
      if (!found) throw new ClaimLost();
      // An earlier call was committed, although its answer was lost.
      if (found.result_id === resultId) return;
      const view = {
        ...viewOfCompleted(found, resultId, found.checked_at),
        ...(this.#checkedAgain(job) as WorkRequest<Input, Options>),
      };
      // First, because completing the job locks its row: meanwhile it can be cancelled.
      isHookRunning = true;
      await this.#callCompleted(client, view, output as Output);
      isHookRunning = false;
      if (await complete(store)) return;
      const { status } = (await store.findJob(this.#module, job.id)) ?? {};
      hasEndedJob = status !== 'pending' && status !== 'processing';
      throw new ClaimLost();
    };
    try {
      await withRetries(() => {
        isHookRunning = false;
        return runInline(HOOK_SECONDS, (limit) =>
          this.#store.transaction(completeWithHook, AbortSignal.any([attempt, limit])),
        );
      });
    } catch (error) {
      // The hook has cancelled or erased its job in the transaction that was rolled back.
      if (hasEndedJob) await withRetries(() => this.#store.cancelJob(job.id));
      // The database answers, but not the hook.
      if (isHookRunning && isUnavailable(error)) throw new TransientError('internal_error', { cause: error });
      throw error;
    }
  }

  /** Its errors are those of the work: any but a `PermanentError` may pass. The database may be unavailable. */
  async #callCompleted(client: PoolClient, job: CompletedJob<Input, Options>, output: Output): Promise<void> {
    try {
      await callHook('onCompleted', client, (db) => this.onCompleted(job, output, db));
    } catch (error) {
      if (error instanceof PermanentError || error instanceof TransientError || findUnavailable(error)) throw error;
      throw new TransientError('internal_error', { cause: error });
    }
  }

  #overrides(hook: 'onCompleted' | 'onUserErased'): boolean {
    return this[hook] !== JobService.prototype[hook];
  }
}

function inputInvalid({ detail }: InvalidRequest): PermanentError {
  return new PermanentError('input_invalid', { cause: new InvalidValue(detail) });
}

/** Calls a hook in a savepoint of a transaction. */
async function callHook(name: string, client: PoolClient, hook: (db: Db) => Promise<void>): Promise<void> {
  const dialect = new PgDialect();
  const transaction = new NodePgTransaction(dialect, new NodePgSession(client, dialect, undefined), undefined);
  try {
    await transaction.transaction((db) => hook(db as unknown as Db));
  } catch (error) {
    if (isStatementTimeout(error)) throw new TransientError('timeout', { cause: error });
    if (!hasAborted(error)) throw error;
    const message = `${name} went on after an error of the database: do in db.transaction() what may fail`;
    throw new Error(message, { cause: error });
  }
}

/** Whether a statement was refused because an earlier one in its transaction had failed. */
function hasAborted(error: unknown): boolean {
  return error instanceof Error && ((error as { code?: string }).code === '25P02' || hasAborted(error.cause));
}
