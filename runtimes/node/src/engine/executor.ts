import { randomUUID } from 'node:crypto';
import { AttemptTimeout, PermanentError, TransientError } from '../errors.ts';
import { untilAborted } from '../jobs/run.ts';
import type { Log } from '../log.ts';
import { endsWithin } from '../tasks/with-timeout.ts';
import { inSpan } from '../traces.ts';
import { ClaimLoop } from './claim-loop.ts';
import { type ConnectionOptions, canListen, isUnavailable } from './connection.ts';
import { Leases } from './leases.ts';
import { Listener } from './listener.ts';
import type { Metrics } from './metrics.ts';
import { findUnavailable } from './outage.ts';
import { type ScheduledTask, Schedules } from './schedules.ts';
import type { ClaimedJob, Delivery, Store } from './store.ts';
import { withRetries } from './with-retries.ts';

/** The claim of a job was lost, to a cancellation or to another worker. */
export class ClaimLost extends Error {
  override readonly name = 'ClaimLost';
}

/** The process stops: a job that runs is to be handed back. */
export class HostStopping extends Error {
  override readonly name = 'HostStopping';
}

/** How an attempt at a job ended. `lost`: the job was cancelled, or another worker has it. */
export interface EndedAttempt {
  readonly outcome: 'completed' | 'failed' | 'retried' | 'handed_back' | 'lost';
  readonly error_code?: string;
  readonly duration_ms: number;
  /** Before the first attempt. */
  readonly wait_ms: number | undefined;
}

/** What a module does for the executor. */
export interface ExecutorModule {
  readonly name: string;
  /** Makes one attempt at a job and moves it to its next state. `signal` aborts with a `ClaimLost` or `HostStopping`. */
  runJob(job: ClaimedJob, signal: AbortSignal): Promise<EndedAttempt | undefined>;
  /** Handles an event that the module subscribes to. An error means that the event is delivered again later. */
  handleEvent(delivery: Delivery): Promise<void>;
}

export interface ExecutorOptions {
  readonly store: Store;
  readonly connection: ConnectionOptions;
  readonly modules: readonly ExecutorModule[];
  /** Names of all modules of the host, also of those that it does not start. */
  readonly present: readonly string[];
  readonly tasks: readonly ScheduledTask[];
  /** Jobs that this process runs at the same time, of all modules together. */
  readonly concurrency: number;
  readonly leaseSeconds: number;
  readonly log: Log;
  readonly metrics?: Metrics;
  /** Throws `DatabaseUnavailable` if the runtime can't read and write its tables. */
  readonly checkAccess?: () => Promise<void>;
  /** How long an event handler may take; 10 seconds. */
  readonly handlerMs?: number;
  /** The pause after the first failed delivery; 0.5 seconds. It doubles with each attempt. */
  readonly deliveryDelaySeconds?: number;
}

const DELIVERY_SLOTS = 10;
const HANDLER_TIMEOUT_MS = 10_000;
const DELIVERY_ATTEMPTS = 8;
const DELIVERY_DELAY_SECONDS = 0.5;
const BEAT_MS = 5_000;
const MAX_SWEEP_SECONDS = 5;
/** How long `stop` waits for a claim that is under way. */
const CLAIM_WAIT_MS = 1_000;
/** How long it may take to hand work back. */
const HAND_BACK_MS = 4_000;
/** How often to look for work if no messages can be received. */
const POLL_MS = 1_000;

/** Runs jobs, delivers events and keeps time in one process. Several processes share the work. */
export class Executor {
  readonly #options: ExecutorOptions;
  readonly #id = randomUUID();
  readonly #modules: ReadonlyMap<string, ExecutorModule>;
  readonly #names: readonly string[];
  readonly #running = new Map<string, AbortController>();
  /** Aborts when event handlers that still run are handed back. */
  readonly #handingBack = new AbortController();
  readonly #jobs: ClaimLoop<ClaimedJob>;
  readonly #deliveries: ClaimLoop<Delivery>;
  readonly #leases: Leases;
  readonly #listener: Listener;
  readonly #schedules: Schedules;
  readonly #timers: NodeJS.Timeout[] = [];
  #due: NodeJS.Timeout | undefined;
  #claimed: Promise<unknown> | undefined;
  #stopped = false;

  constructor(options: ExecutorOptions) {
    const { store, modules, concurrency, leaseSeconds, log } = options;
    this.#options = options;
    this.#modules = new Map(modules.map((module) => [module.name, module]));
    this.#names = [...this.#modules.keys()];
    const claimJobs = (free: number) => this.#claim(() => store.claimJobs(this.#names, free, leaseSeconds));
    const claimDeliveries = (free: number) => this.#claim(() => store.claimDeliveries(this.#names, free, leaseSeconds));
    this.#jobs = new ClaimLoop({ claim: claimJobs, run: (job) => this.#runJob(job) }, concurrency, log);
    this.#deliveries = new ClaimLoop(
      { claim: claimDeliveries, run: (delivery) => this.#deliver(delivery) },
      DELIVERY_SLOTS,
      log,
    );
    this.#leases = new Leases(store, leaseSeconds, log);
    this.#listener = new Listener(options.connection, (message) => this.#onMessage(message));
    this.#schedules = new Schedules(store, options.tasks, log);
  }

  /** Throws if the database is unavailable; then nothing is left running. */
  async start(): Promise<void> {
    const { store, leaseSeconds, present } = this.#options;
    try {
      await store.beat(this.#id, present);
      await this.#schedules.start();
      this.#leases.start();
      this.#repeat(BEAT_MS, () => store.beat(this.#id, present));
      const sweepMs = Math.min(MAX_SWEEP_SECONDS, leaseSeconds / 4) * 1_000;
      this.#repeat(sweepMs, () => store.sweep(this.#names));
      this.#repeat(sweepMs, () => this.#schedules.check());
      // From here on it claims jobs.
      if (canListen(this.#options.connection)) return await this.#listener.start();
      this.#repeat(POLL_MS, async () => this.#wakeAll());
      this.#wakeAll();
    } catch (error) {
      await this.stop();
      throw error;
    }
  }

  /** Claims nothing more. Work that runs goes on. */
  stopClaiming(): void {
    this.#stopped = true;
    clearTimeout(this.#due);
    for (const timer of this.#timers) clearInterval(timer);
    this.#claimed ??= Promise.all([this.#jobs.stop(), this.#deliveries.stop()]);
  }

  /**
   * Stops claiming, waits for running work, and hands the rest back. Takes little longer than `graceMs`: other processes
   * take over what could not be handed back.
   */
  async stop(graceMs = 0): Promise<void> {
    this.stopClaiming();
    // A claim that is under way could take the jobs that are handed back.
    await endsWithin(CLAIM_WAIT_MS, this.#claimed);
    const ended = Promise.all([this.#jobs.idle(), this.#deliveries.idle(), this.#schedules.stop()]);
    await endsWithin(graceMs, ended);
    for (const controller of this.#running.values()) controller.abort(new HostStopping());
    this.#handingBack.abort(new HostStopping());
    if (!(await endsWithin(HAND_BACK_MS, ended))) this.#options.log.warn('work was left behind');
    this.#leases.stop();
    await this.#listener.stop();
    await endsWithin(
      CLAIM_WAIT_MS,
      this.#options.store.removeWorker(this.#id).catch(() => {}),
    );
  }

  #onMessage(message: string): void {
    const cancelled = /^cancel (\S+)$/.exec(message)?.[1];
    if (cancelled) this.#running.get(cancelled)?.abort(new ClaimLost());
    else if (message === 'jobs') this.#jobs.wake();
    else if (message === 'deliveries') this.#deliveries.wake();
    // Connected, perhaps again: messages may have been missed.
    else this.#wakeAll();
  }

  /** After the last claim of a round, a timer waits for the next job or delivery that becomes due. */
  async #claim<T>(claim: () => Promise<T[]>): Promise<T[]> {
    const { checkAccess, connection } = this.#options;
    // Work whose result can't be stored would be done again.
    if (connection.outage?.lacksAccess) await checkAccess?.();
    const items = await claim();
    if (items.length === 0 && !this.#stopped) {
      const seconds = await this.#options.store.secondsUntilDue(this.#names);
      clearTimeout(this.#due);
      if (seconds !== undefined) this.#due = setTimeout(() => this.#wakeAll(), timerMs(seconds));
      if (this.#options.connection.unref) this.#due?.unref();
    }
    return items;
  }

  #wakeAll(): void {
    this.#jobs.wake();
    this.#deliveries.wake();
  }

  async #runJob(job: ClaimedJob): Promise<void> {
    const controller = new AbortController();
    if (this.#stopped) controller.abort(new HostStopping());
    this.#running.set(job.id, controller);
    this.#leases.hold(job.claim_token, () => controller.abort(new ClaimLost()));
    try {
      const ended = await this.#modules.get(job.module)?.runJob(job, controller.signal);
      if (ended) this.#count(job, ended);
    } catch (error) {
      // The job is taken back when its lease ends.
      this.#reportLeft(error, { module: job.module, job_id: job.id }, 'job left without a next state');
    } finally {
      this.#leases.release(job.claim_token);
      if (this.#running.get(job.id) === controller) this.#running.delete(job.id);
    }
  }

  #count({ module }: ClaimedJob, { outcome, duration_ms, wait_ms }: EndedAttempt): void {
    const { metrics } = this.#options;
    metrics?.count('ai_job_attempts_total', { module, outcome });
    metrics?.observe('ai_job_duration_seconds', { module }, duration_ms / 1_000);
    if (wait_ms !== undefined) metrics?.observe('ai_job_wait_seconds', { module }, wait_ms / 1_000);
  }

  async #deliver(delivery: Delivery): Promise<void> {
    const { store } = this.#options;
    this.#leases.hold(delivery.claim_token, () => {});
    try {
      const error = await this.#handle(delivery);
      if (error === undefined) await withRetries(() => store.finishDelivery(delivery));
      else if (error instanceof HostStopping) await withRetries(() => store.returnDelivery(delivery));
      else await this.#failDelivery(delivery, error);
    } catch (error) {
      // It is delivered again when its lease ends.
      this.#reportLeft(error, { event_id: delivery.event_id }, 'delivery left without a next state');
    } finally {
      this.#leases.release(delivery.claim_token);
    }
  }

  /** Without a stack if the database is the cause, which has its own line. */
  #reportLeft(error: unknown, fields: object, text: string): void {
    const { log } = this.#options;
    const problem = findUnavailable(error);
    if (problem) log.warn(fields, `${text}: ${problem.code}`);
    else log.error({ err: error, ...fields }, text);
  }

  /** The error of the handler. One that takes longer than ten seconds counts as failed; `HostStopping`: it still runs. */
  async #handle(delivery: Delivery): Promise<Error | undefined> {
    const time = new AbortController();
    const timer = setTimeout(() => time.abort(new AttemptTimeout()), this.#options.handlerMs ?? HANDLER_TIMEOUT_MS);
    const signal = AbortSignal.any([this.#handingBack.signal, time.signal]);
    const { event_id, name, module, correlation_id } = delivery;
    const attributes = { 'ai.event.id': event_id, 'ai.module': module };
    try {
      const parent = await this.#options.store.findTrace(event_id, correlation_id);
      const handle = async () => this.#modules.get(module)?.handleEvent(delivery);
      await untilAborted(signal, () => inSpan(`handle ${name}`, { kind: 'consumer', attributes, parent }, handle));
      return undefined;
    } catch (error) {
      return error instanceof Error ? error : new Error('The handler rejected without an error.', { cause: error });
    } finally {
      clearTimeout(timer);
    }
  }

  async #failDelivery(delivery: Delivery, error: Error): Promise<void> {
    const { store, log, deliveryDelaySeconds: delay = DELIVERY_DELAY_SECONDS } = this.#options;
    const { module, name: event, event_id, attempt } = delivery;
    const isLast = attempt >= DELIVERY_ATTEMPTS || error instanceof PermanentError;
    const fields = { err: error, module, event, event_id, attempt };
    if (isLast) log.error(fields, 'event given up');
    else log.warn(fields, 'event handler failed');
    const code = error instanceof PermanentError || error instanceof TransientError ? error.code : 'internal_error';
    const seconds = isLast ? null : delay * 2 ** (attempt - 1);
    await withRetries(() => store.failDelivery(delivery, code, seconds));
  }

  #repeat(ms: number, action: () => Promise<unknown>): void {
    const report = (error: unknown) => {
      if (!isUnavailable(error)) this.#options.log.error({ err: error }, 'maintenance failed');
    };
    let isRunning = false;
    const run = async () => {
      // Statements that wait for a lock would take all connections.
      if (isRunning) return;
      isRunning = true;
      await action().catch(report);
      isRunning = false;
    };
    const timer = setInterval(() => void run(), ms);
    timer.unref();
    this.#timers.push(timer);
  }
}

/** At least 50 ms, at most a day: longer timers overflow. */
function timerMs(seconds: number): number {
  return Math.min(Math.max(50, Math.ceil(seconds * 1_000) + 5), 86_400_000);
}
