import { AsyncLocalStorage } from 'node:async_hooks';
import type { Pool, PoolClient, QueryConfig, QueryResult, QueryResultRow } from 'pg';
import { untilAborted } from '../jobs/run.ts';
import { activeTrace, areTracesOn, type TraceHeaders } from '../traces.ts';
import { quoteName } from './connection.ts';
import type { Sample } from './metrics.ts';
import { withinRequestTime } from './request-time.ts';

export const JOB_STATUSES = ['pending', 'processing', 'completed', 'failed', 'cancelled'] as const;
/** The state of a job; the last three are final. */
export type JobStatus = (typeof JOB_STATUSES)[number];

/** Any JSON object. */
export type JsonObject = Record<string, unknown>;

/** A row of the table `jobs`. */
export interface Job {
  readonly id: string;
  readonly module: string;
  readonly user_id: string;
  readonly status: JobStatus;
  readonly input_data: JsonObject;
  readonly options: JsonObject;
  /** 1 (last) to 10 (first). */
  readonly priority: number;
  readonly progress_percent: number;
  /** How often a worker has started the job. */
  readonly attempt: number;
  /** Why it failed; of an active job, why its last attempt failed. */
  readonly error_code: string | null;
  readonly result_id: string | null;
  readonly duration_ms: number | null;
  /** A pending job does not start earlier. */
  readonly due_at: Date;
  readonly created_at: Date;
  readonly started_at: Date | null;
  readonly completed_at: Date | null;
  readonly failed_at: Date | null;
  readonly cancelled_at: Date | null;
}

/** A job that a worker of this process has claimed. The token proves it. */
export interface ClaimedJob extends Job {
  readonly claim_token: string;
}

/** A row of the table `results`. */
export interface Result {
  readonly id: string;
  readonly job_id: string;
  readonly output_data: JsonObject;
  readonly metadata: JsonObject;
}

export type NewJob = Pick<Job, 'id' | 'module' | 'user_id' | 'input_data' | 'options' | 'priority'>;

export interface StoredEvent {
  /** A UUID. */
  readonly id: string;
  readonly name: string;
  readonly data: JsonObject;
  readonly source_module: string;
  readonly correlation_id: string;
  readonly occurred_at: Date;
}

/** An event that a module subscribes to, claimed by a worker of this process. */
export interface Delivery extends Omit<StoredEvent, 'id'> {
  readonly event_id: string;
  readonly module: string;
  readonly attempt: number;
  readonly claim_token: string;
}

/** An event that was given up for a module. */
export interface DeadLetter extends Omit<StoredEvent, 'id'> {
  readonly event_id: string;
  readonly module: string;
  readonly attempt: number;
  readonly dead_at: Date;
  readonly error_code: string;
}

/** Which jobs of all modules are wanted. */
export interface JobFilter {
  readonly module?: string | undefined;
  readonly status?: JobStatus | undefined;
  readonly userId?: string | undefined;
  readonly errorCode?: string | undefined;
  /** Only jobs that were not started again. */
  readonly isOpen?: boolean;
}

/** Which dead letters are wanted. */
export interface LetterFilter {
  readonly module?: string | undefined;
  readonly event?: string | undefined;
  readonly errorCode?: string | undefined;
  readonly eventId?: string | undefined;
}

export interface RegisteredModule {
  readonly name: string;
  readonly max_concurrent_jobs: number;
  /** A job that was started more often fails when its worker disappears. */
  readonly max_attempts: number;
  /** Event names by step: started, progress, completed, failed, cancelled. */
  readonly lifecycle_events: Readonly<Record<string, string>>;
  readonly subscriptions: readonly string[];
}

export interface JobStats {
  readonly total_jobs: number;
  readonly pending_jobs: number;
  readonly processing_jobs: number;
  readonly completed_jobs: number;
  readonly failed_jobs: number;
  readonly cancelled_jobs: number;
  /** 0 while no job is completed. */
  readonly avg_duration_ms: number;
}

/** Without a client, it has ended: what began in it may go on. */
interface OpenTransaction {
  client: PoolClient | undefined;
}

const transactions = new AsyncLocalStorage<OpenTransaction>();

/**
 * Jobs, results, events and deliveries in PostgreSQL. Each method that changes something calls one SQL function, which
 * is one transaction; `functions.sql` documents them. Methods throw the errors of the database.
 */
export class Store {
  readonly #pool: Pool;
  readonly #name: string;
  readonly #schema: string;
  /** The connection of a transaction. */
  readonly #client: PoolClient | undefined;

  constructor(pool: Pool, schema: string, client?: PoolClient) {
    this.#pool = pool;
    this.#schema = quoteName(schema);
    this.#client = client;
    this.#name = schema;
  }

  /** Records the active span as the origin of a job or an event that is about to be stored. */
  async addTrace(id: string): Promise<void> {
    const headers = activeTrace();
    if (headers) await this.#call('add_trace', id, JSON.stringify(headers));
  }

  /** Where a job or an event comes from; `undefined` if that was not traced. */
  async findTrace(id: string, correlationId: string | null = null): Promise<TraceHeaders | undefined> {
    if (!areTracesOn()) return undefined;
    // A trace is not worth the work.
    const headers = await this.#value('find_trace', id, correlationId).catch(() => undefined);
    return (headers as TraceHeaders | null) ?? undefined;
  }

  /** `present`: names of all modules of the host, also of those that did not start. */
  async registerModules(modules: readonly RegisteredModule[], present: readonly string[]): Promise<void> {
    await this.#call('register_modules', JSON.stringify(modules), present);
  }

  /**
   * Calls `action` in a transaction, with a store and a client that take part in it. Calls of other stores join it while
   * `action` runs. An abort of `signal` ends it at once.
   */
  async transaction<T>(action: (store: Store, client: PoolClient) => Promise<T>, signal?: AbortSignal): Promise<T> {
    signal?.throwIfAborted();
    const client = await this.#pool.connect();
    const open: OpenTransaction = { client };
    const run = () => transactions.run(open, () => action(new Store(this.#pool, this.#name, client), client));
    let isBroken = true;
    try {
      await client.query('begin');
      try {
        const outcome = await (signal ? untilAborted(signal, run) : run());
        await client.query('commit');
        isBroken = false;
        return outcome;
      } catch (error) {
        // What was interrupted may go on to use the connection, so that it is closed.
        if (signal?.aborted && error === signal.reason) throw error;
        await client.query('rollback');
        isBroken = false;
        throw error;
      }
    } finally {
      open.client = undefined;
      client.release(isBroken);
    }
  }

  /** Adds a pending job; `undefined` if the user has `limit` active jobs. A job with this id is returned unchanged. */
  async addJob({ id, module, user_id, input_data, options, priority }: NewJob, limit: number) {
    const json = [JSON.stringify(input_data), JSON.stringify(options)];
    return this.#one<Job>('add_job', id, module, user_id, ...json, priority, limit);
  }

  claimJobs(modules: readonly string[], free: number, leaseSeconds: number): Promise<ClaimedJob[]> {
    return this.#call<ClaimedJob>('claim_jobs', modules, free, leaseSeconds);
  }

  claimDeliveries(modules: readonly string[], free: number, leaseSeconds: number): Promise<Delivery[]> {
    return this.#call<Delivery>('claim_deliveries', modules, free, leaseSeconds);
  }

  /** Returns the tokens whose claims are still held. */
  async renewLeases(tokens: readonly string[], leaseSeconds: number): Promise<Set<string>> {
    const rows = await this.#call<{ renew_leases: string }>('renew_leases', tokens, leaseSeconds);
    return new Set(rows.map((row) => row.renew_leases));
  }

  /** False: the claim is lost. */
  async reportProgress({ id, claim_token }: ClaimedJob, percent: number): Promise<boolean> {
    return (await this.#value('report_progress', id, claim_token, percent)) === true;
  }

  /**
   * `undefined`: the claim is lost. The same call with the same result id may be repeated. `usage` is added to the
   * metadata of the result.
   */
  completeJob(job: ClaimedJob, resultId: string, output: JsonObject, durationMs: number, usage: JsonObject = {}) {
    const json = [JSON.stringify(output), JSON.stringify({ ...usage, duration_ms: durationMs })];
    return this.#one<Job>('complete_job', job.id, job.claim_token, resultId, ...json, durationMs);
  }

  /**
   * A claimed job before it is completed, or afterwards if that was with this result. `undefined`: the claim is lost.
   * `checked_at` is the time of the transaction.
   */
  async findClaimed({ id, claim_token }: ClaimedJob, resultId: string) {
    const text = `select *, now() as checked_at from ${this.#schema}.jobs
      where id = $1 and (claim_token = $2 or result_id = $3)`;
    const values = [id, claim_token, resultId];
    return (await this.#query<Job & { checked_at: Date }>({ name: 'ai_find_claimed', text, values })).rows[0];
  }

  failJob(job: ClaimedJob, code: string): Promise<Job | undefined> {
    return this.#one<Job>('fail_job', job.id, job.claim_token, code);
  }

  /** `code` says why the attempt failed; null: the job is handed back. */
  retryJob(job: ClaimedJob, delaySeconds: number, code: string | null = null): Promise<Job | undefined> {
    return this.#one<Job>('retry_job', job.id, job.claim_token, delaySeconds, code);
  }

  /** `undefined`: the job has ended already. */
  cancelJob(id: string): Promise<Job | undefined> {
    return this.#one<Job>('cancel_job', id);
  }

  async findJob(module: string, id: string): Promise<Job | undefined> {
    const text = `select * from ${this.#schema}.jobs where id = $1 and module = $2`;
    return (await this.#query<Job>({ name: 'ai_find_job', text, values: [id, module] })).rows[0];
  }

  async findResult(jobId: string): Promise<Result | undefined> {
    const text = `select id, job_id, output_data, metadata from ${this.#schema}.results where job_id = $1`;
    return (await this.#query<Result>({ name: 'ai_find_result', text, values: [jobId] })).rows[0];
  }

  /** A page of a user's jobs, newest first, and how many match. */
  async listJobs(
    module: string,
    userId: string,
    page: { readonly skip: number; readonly limit: number; readonly status?: JobStatus | undefined },
  ): Promise<{ jobs: Job[]; total: number }> {
    const text = `select (job).*, total from ${this.#schema}.list_jobs($1, $2, $3, $4, $5)`;
    // Nobody has more jobs than the largest integer of PostgreSQL.
    const skip = Math.min(page.skip, 2_147_483_647);
    const values = [module, userId, page.status ?? null, skip, page.limit];
    const { rows } = await this.#query<Job & { total: string }>({ name: 'ai_list_jobs', text, values });
    // Without a job on the page there is one row, for the total.
    return { jobs: rows.filter((row) => row.id !== null), total: Number(rows[0]?.total ?? 0) };
  }

  /** Adds a job like an ended one; `undefined` if the user has `limit` active jobs, or the old job has not ended so. */
  repeatJob(oldId: string, id: string, input: JsonObject, options: JsonObject, limit: number) {
    return this.#one<Job>('repeat_job', oldId, id, JSON.stringify(input), JSON.stringify(options), limit);
  }

  /** Jobs of all modules, newest first, at most `limit` after the job `before`. */
  findJobs({ module, status, userId, errorCode, isOpen = false }: JobFilter, limit: number, before?: string) {
    const filter = [module ?? null, status ?? null, userId ?? null, errorCode ?? null, isOpen];
    return this.#call<Job>('find_jobs', ...filter, before ?? null, limit);
  }

  /** A job of any module. */
  async findAnyJob(id: string): Promise<Job | undefined> {
    const text = `select * from ${this.#schema}.jobs where id = $1`;
    return (await this.#query<Job>({ name: 'ai_find_any_job', text, values: [id] })).rows[0];
  }

  /** Dead letters, those that were given up last first, at most `limit` after one of them. */
  findDeadLetters(
    { module, event, errorCode, eventId }: LetterFilter,
    limit: number,
    before?: { readonly eventId: string; readonly module: string },
  ): Promise<DeadLetter[]> {
    const filter = [module ?? null, event ?? null, errorCode ?? null, eventId ?? null];
    return this.#call('find_dead_letters', ...filter, before?.eventId ?? null, before?.module ?? null, limit);
  }

  /** Delivers the latest `limit` dead letters that match again. Returns how many. */
  async replayDeadLetters({ module, event, errorCode, eventId }: LetterFilter, limit: number): Promise<number> {
    const filter = [module ?? null, event ?? null, errorCode ?? null, eventId ?? null];
    return (await this.#value('replay_dead_letters', ...filter, limit)) as number;
  }

  /** Adds to the counters of `/metrics`. */
  async addMetrics(added: readonly object[]): Promise<void> {
    await this.#call('add_metrics', JSON.stringify(added));
  }

  /** Counters of an instance and of the whole host, and gauges. */
  readCounters(instance: string): Promise<Sample[]> {
    return this.#call('read_counters', instance);
  }

  readWaiting(): Promise<Sample[]> {
    return this.#call('read_waiting');
  }

  async stats(module: string): Promise<JobStats> {
    const row = await this.#one<Record<keyof JobStats, string | number>>('job_stats', module);
    return Object.fromEntries(Object.entries(row ?? {}).map(([key, value]) => [key, Number(value)])) as never;
  }

  /** Returns the stored event: for an id that exists, the earlier one. */
  async publish(event: Omit<StoredEvent, 'occurred_at'>): Promise<StoredEvent> {
    const { id, name, data, source_module, correlation_id } = event;
    const json = JSON.stringify(data);
    const stored = await this.#one<StoredEvent>('publish_event', id, name, json, source_module, correlation_id);
    if (!stored) throw new Error('The event is not stored.');
    return stored;
  }

  /** Events in the order in which they were published. */
  async events(filter: { readonly correlationId?: string; readonly name?: string } = {}): Promise<StoredEvent[]> {
    const text = `select id, name, data, source_module, correlation_id, occurred_at from ${this.#schema}.events
      where ($1::text is null or correlation_id = $1) and ($2::text is null or name = $2) order by position`;
    const values = [filter.correlationId ?? null, filter.name ?? null];
    return (await this.#query<StoredEvent>({ name: 'ai_events', text, values })).rows;
  }

  async finishDelivery({ claim_token }: Delivery): Promise<boolean> {
    return (await this.#value('finish_delivery', claim_token)) === true;
  }

  /** `delaySeconds` null: the delivery is given up and becomes a dead letter. */
  async failDelivery({ claim_token }: Delivery, code: string, delaySeconds: number | null): Promise<void> {
    await this.#call('fail_delivery', claim_token, code, delaySeconds);
  }

  /** Seconds until a job or delivery of the modules becomes due; `undefined` if none will. */
  async secondsUntilDue(modules: readonly string[]): Promise<number | undefined> {
    return ((await this.#value('seconds_until_due', modules)) as number | null) ?? undefined;
  }

  /** The process stops before the handler has ended: another one delivers the event, and the attempt doesn't count. */
  async returnDelivery({ claim_token }: Delivery): Promise<void> {
    await this.#call('return_delivery', claim_token);
  }

  /** Takes jobs back from workers that have disappeared, and wakes processes if work of the modules waits. */
  async sweep(modules: readonly string[]): Promise<number> {
    return (await this.#value('sweep', modules)) as number;
  }

  /** Ends all claims. Only for a process that knows that no other one runs jobs. */
  async expireClaims(): Promise<void> {
    await this.#call('expire_claims');
  }

  /** Returns the number of erased jobs. */
  async eraseUserJobs(module: string, userId: string): Promise<number> {
    return (await this.#value('erase_user_jobs', module, userId)) as number;
  }

  /** Deletes jobs that ended more than `days` ago, with their results. Returns how many. */
  deleteOldJobs(module: string, days: number): Promise<number> {
    return this.#untilZero('delete_old_jobs', module, days);
  }

  /** Deletes events that are older than `days` and delivered, and dead letters of that age. Returns how many. */
  deleteOldEvents(days: number): Promise<number> {
    return this.#untilZero('delete_old_events', days);
  }

  /** Ends the jobs and deliveries of modules that no process had for `days`. Returns how many. */
  removeModules(days: number): Promise<number> {
    return this.#untilZero('remove_modules', days);
  }

  /** `present`: names of all modules of the host. */
  async beat(workerId: string, present: readonly string[]): Promise<void> {
    await this.#call('beat', workerId, present);
  }

  async removeWorker(workerId: string): Promise<void> {
    await this.#query({ text: `delete from ${this.#schema}.workers where id = $1`, values: [workerId] });
  }

  async hasWorkers(): Promise<boolean> {
    return (await this.#value('has_workers')) === true;
  }

  /** Whether a job of the modules is due and no process that runs jobs is alive. */
  async lacksWorkers(modules: readonly string[]): Promise<boolean> {
    const text = `select not ${this.#schema}.has_workers() and ${this.#schema}.has_due_jobs($1) as lacking`;
    const { rows } = await this.#query<{ lacking: boolean }>({ name: 'ai_lacks_workers', text, values: [modules] });
    return rows[0]?.lacking === true;
  }

  async enterSchedules(tasks: readonly { readonly name: string; readonly cron: string; readonly next_at: Date }[]) {
    await this.#call('enter_schedules', JSON.stringify(tasks));
  }

  /** The scheduled tasks that are due, with the time of the database. */
  dueSchedules(names: readonly string[]): Promise<{ name: string; checked_at: Date }[]> {
    return this.#call('due_schedules', names);
  }

  /** Whether the caller is the one that runs the task now. The task is due again at `next`. */
  async takeSchedule(task: string, next: Date): Promise<boolean> {
    return (await this.#value('take_schedule', task, next)) === true;
  }

  /** The time of the database. */
  async now(): Promise<Date> {
    return (await this.#query<{ now: Date }>({ text: 'select now()' })).rows[0]?.now ?? new Date();
  }

  #query<T extends QueryResultRow>(query: QueryConfig): Promise<QueryResult<T>> {
    const client = this.#client ?? transactions.getStore()?.client ?? this.#pool;
    return withinRequestTime(client.query<T>(query));
  }

  /** Calls a function that works in batches, until nothing is left. Returns the sum. */
  async #untilZero(name: string, ...values: readonly unknown[]): Promise<number> {
    let total = 0;
    for (;;) {
      const done = (await this.#value(name, ...values)) as number;
      if (done === 0) return total;
      total += done;
    }
  }

  async #call<T extends object>(name: string, ...values: readonly unknown[]): Promise<T[]> {
    const parameters = values.map((_, index) => `$${index + 1}`).join(', ');
    const text = `select * from ${this.#schema}.${name}(${parameters})`;
    // A prepared statement: PostgreSQL parses and plans it once for each connection.
    return (await this.#query<T>({ name: `ai_${name}`, text, values: [...values] })).rows;
  }

  async #one<T extends object>(name: string, ...values: readonly unknown[]): Promise<T | undefined> {
    return (await this.#call<T>(name, ...values))[0];
  }

  async #value(name: string, ...values: readonly unknown[]): Promise<unknown> {
    return (await this.#call<Record<string, unknown>>(name, ...values))[0]?.[name];
  }
}
