import { createPostgresBackend, type Processor, Queue, Worker, type WorkerOptions } from 'bullmq';
import { Redis } from 'ioredis';
import type { Database } from '../db/database.ts';
import type { Log } from '../log.ts';
import type { Settings } from '../settings.ts';

/** Where the queues live: on Redis when `REDIS_URL` is set, otherwise in the database. */
export interface QueueConnection {
  /** Adds messages; fails soon while the queue is away, so that a request is not kept waiting. */
  openQueue(name: string): Queue;
  /** Works on messages; waits for the queue to come back. */
  openWorker(name: string, run: Processor, options: Omit<WorkerOptions, 'connection'>): Worker;
  ping(): Promise<void>;
  /** Whether the queue was there and is not now. */
  isLost(): boolean;
  close(): void;
}

export function openQueueConnection(
  { redisUrl }: Pick<Settings, 'redisUrl'>,
  database: Database,
  log: Log,
): QueueConnection {
  return redisUrl ? onRedis(redisUrl, log) : inDatabase(database);
}

function inDatabase({ pool }: Database): QueueConnection {
  const connection = pool as never;
  const backend = createPostgresBackend as never;
  return {
    openQueue: (name) => new Queue(name, { connection }, backend),
    openWorker: (name, run, options) => new Worker(name, run, { ...options, connection }, backend),
    async ping() {
      await pool.query('select 1');
    },
    isLost: () => false,
    close() {},
  };
}

function onRedis(url: string, log: Log): QueueConnection {
  const forQueues = new Redis(url, { maxRetriesPerRequest: 1 });
  const forWorkers = new Redis(url, { maxRetriesPerRequest: null });
  for (const client of [forQueues, forWorkers]) {
    client.on('error', (error) => log.warn({ err: error }, 'redis'));
  }
  let lost = false;
  forQueues.on('close', () => {
    lost = true;
  });
  forQueues.on('ready', () => {
    lost = false;
  });
  return {
    openQueue: (name) => new Queue(name, { connection: forQueues }),
    openWorker: (name, run, options) => new Worker(name, run, { ...options, connection: forWorkers }),
    async ping() {
      await forQueues.ping();
    },
    isLost: () => lost,
    close() {
      forQueues.disconnect();
      forWorkers.disconnect();
    },
  };
}
