import type { Retry, TaskRunner } from '../tasks/task-runner.ts';
import type { JobRow } from './tables.ts';

/** A message fails only while the database is away; what it is about waits there. */
const RETRY: Retry = { attempts: 600, type: 'fixed', delayMs: 1_000 };

/** A module's queue: a message names a job, and the job itself stays in the database. */
export class JobQueue {
  readonly #tasks: TaskRunner;
  readonly #name: string;

  constructor(tasks: TaskRunner, module: string) {
    this.#tasks = tasks;
    this.#name = `module.${module}`;
  }

  /** Sets what happens when a job is due, for at most `concurrency` jobs at once in this process. */
  define(concurrency: number, run: (jobId: string) => Promise<unknown>): void {
    this.#tasks.defineQueue(this.#name, { concurrency, run: ({ job_id }) => run(String(job_id)) });
  }

  /** Throws when the queue cannot be reached. A message whose key is already queued is not queued again. */
  add(job: Pick<JobRow, 'id' | 'priority'>, options: { key: string; delayMs?: number }): Promise<void> {
    return this.#tasks.enqueue(this.#name, { job_id: job.id }, { ...options, retry: RETRY, priority: job.priority });
  }
}
