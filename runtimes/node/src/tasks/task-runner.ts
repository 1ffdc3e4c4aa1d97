import type { Job, Queue, Worker } from 'bullmq';
import type { Log } from '../log.ts';
import type { QueueConnection } from './queue-connection.ts';
import { withTimeout } from './with-timeout.ts';

export type Message = Readonly<Record<string, unknown>>;

export interface QueueDefinition {
  /** How many messages one process works on at once. */
  readonly concurrency: number;
  /** `name` tells messages of one queue apart, where it matters. */
  run(message: Message, name: string): Promise<unknown>;
}

export interface EnqueueOptions {
  /** A message whose key is already queued is not queued again. */
  readonly key: string;
  readonly delayMs?: number;
  /** 1 (last) … 10 (first). */
  readonly priority?: number;
  /** How often it is delivered when working on it fails, and how long after each failure. */
  readonly retry?: Retry;
}

export interface Retry {
  readonly attempts: number;
  /** `exponential` doubles the delay each time. */
  readonly type: 'fixed' | 'exponential';
  readonly delayMs: number;
}

/** Enqueueing gives up after this long, so that a request is answered while the queue is away. */
const ENQUEUE_TIMEOUT_MS = 5_000;
/** Sooner where it is known to be away: a request enqueues more than once. */
const LOST_TIMEOUT_MS = 1_000;
/** A worker whose connection broke may never say that it has closed; what it worked on has been handed back. */
const STOP_TIMEOUT_MS = 5_000;
const RETRY: Retry = { attempts: 3, type: 'exponential', delayMs: 500 };
/** How soon a worker asks again after its queue did not answer. */
const RECONNECT_MS = 1_000;
const DEAD_LETTERS_KEPT = 1_000;
const SCHEDULED = 'scheduled';

/** Queues, workers and schedules; a message is delivered at least once. */
export class TaskRunner {
  readonly #connection: QueueConnection;
  readonly #leaseMs: number;
  readonly #log: Log;
  readonly #queues = new Map<string, Queue>();
  readonly #definitions = new Map<string, QueueDefinition>();
  readonly #schedules = new Map<string, { readonly cron: string; run(): Promise<unknown> }>();
  readonly #workers: Worker[] = [];

  constructor(connection: QueueConnection, leaseSeconds: number, log: Log) {
    this.#connection = connection;
    this.#leaseMs = leaseSeconds * 1_000;
    this.#log = log;
    this.defineQueue(SCHEDULED, { concurrency: 2, run: (_message, name) => this.#runScheduled(name) });
  }

  defineQueue(name: string, definition: QueueDefinition): void {
    this.#definitions.set(name, definition);
  }

  /** Runs `run` by the clock (UTC), once over all processes. `cron` has five fields. */
  defineSchedule(name: string, cron: string, run: () => Promise<unknown>): void {
    this.#schedules.set(name, { cron, run });
  }

  /** Returns once the queue holds the message; throws when it cannot be reached. */
  async enqueue(queue: string, message: Message, options: EnqueueOptions): Promise<void> {
    const { attempts, type, delayMs } = options.retry ?? RETRY;
    const added = this.#queue(queue).add('message', message, {
      jobId: options.key,
      delay: Math.max(0, Math.ceil(options.delayMs ?? 0)),
      priority: 11 - (options.priority ?? 10),
      attempts,
      backoff: { type, delay: delayMs },
      removeOnComplete: true,
      removeOnFail: { count: DEAD_LETTERS_KEPT },
    });
    await withTimeout(this.#connection.isLost() ? LOST_TIMEOUT_MS : ENQUEUE_TIMEOUT_MS, added);
  }

  ping(): Promise<void> {
    return this.#connection.ping();
  }

  async startWorkers(): Promise<void> {
    await Promise.all([...this.#definitions].map(([name, definition]) => this.#startWorker(name, definition)));
    const opts = { removeOnComplete: true, removeOnFail: { count: 10 } };
    for (const [name, { cron }] of this.#schedules) {
      await this.#queue(SCHEDULED).upsertJobScheduler(name, { pattern: cron, tz: 'UTC' }, { name, opts });
    }
  }

  /** Takes no further message from now on; returns when those at work are done, or after some seconds. */
  async stopWorkers(): Promise<void> {
    const closed = Promise.all(this.#workers.map((worker) => worker.close()));
    await withTimeout(STOP_TIMEOUT_MS, closed).catch(() => this.#log.warn('workers left open'));
  }

  async close(): Promise<void> {
    await Promise.all([...this.#queues.values()].map((queue) => queue.close()));
    this.#connection.close();
  }

  #queue(name: string): Queue {
    const open = this.#queues.get(name);
    if (open) return open;
    const queue = this.#connection.openQueue(name);
    queue.on('error', (error) => this.#log.warn({ err: error, queue: name }, 'queue'));
    this.#queues.set(name, queue);
    return queue;
  }

  async #startWorker(name: string, { concurrency, run }: QueueDefinition): Promise<void> {
    const worker = this.#connection.openWorker(name, async (job) => void (await run(job.data, job.name)), {
      concurrency,
      lockDuration: this.#leaseMs,
      stalledInterval: this.#leaseMs / 2,
      maxStalledCount: 5,
      runRetryDelay: RECONNECT_MS,
    });
    worker.on('error', (error) => this.#log.warn({ err: error, queue: name }, 'worker'));
    worker.on('failed', (job, error) => this.#reportFailure(name, job, error));
    this.#workers.push(worker);
    await worker.waitUntilReady();
  }

  /** A schedule nobody defines any more belonged to a module that is gone. */
  async #runScheduled(name: string): Promise<void> {
    const schedule = this.#schedules.get(name);
    if (schedule) await schedule.run();
    else await this.#queue(SCHEDULED).removeJobScheduler(name);
  }

  /** What fails for the last time stays in the queue's failed set: its dead letters. */
  #reportFailure(queue: string, job: Job | undefined, error: Error): void {
    const last = job !== undefined && job.attemptsMade >= (job.opts.attempts ?? 1);
    const fields = { err: error, queue, message_id: job?.id, attempt: job?.attemptsMade };
    if (last) this.#log.error(fields, 'message dead-lettered');
    else this.#log.warn(fields, 'message failed');
  }
}
