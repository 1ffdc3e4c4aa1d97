import type { ModuleEvents } from '../events/module-events.ts';
import type { Log } from '../log.ts';
import type { JobRow, JsonObject } from './tables.ts';

/** The event name of each step in a job's life. A step without a name is not announced. */
export interface LifecycleNames {
  readonly started?: string;
  readonly progress?: string;
  readonly completed?: string;
  readonly failed?: string;
  readonly cancelled?: string;
}

/** Announces what happens to jobs. An event that cannot be published is logged and counted; the job goes on. */
export class Lifecycle {
  readonly #events: ModuleEvents;
  readonly #names: LifecycleNames;
  readonly #log: Log;
  /** Events that were lost since the process started. */
  publishFailures = 0;

  constructor(events: ModuleEvents, names: LifecycleNames, log: Log) {
    this.#events = events;
    this.#names = names;
    this.#log = log;
  }

  started(job: JobRow): Promise<void> {
    return this.#announce('started', job, { created_at: job.created_at.toISOString() });
  }

  progress(job: JobRow, progress: number): Promise<void> {
    return this.#announce('progress', job, { progress });
  }

  completed(job: JobRow, durationMs: number): Promise<void> {
    return this.#announce('completed', job, { result_id: job.result_id, duration_seconds: durationMs / 1_000 });
  }

  failed(job: JobRow): Promise<void> {
    return this.#announce('failed', job, { error_code: job.error_code, attempt: job.attempt });
  }

  cancelled(job: JobRow): Promise<void> {
    return this.#announce('cancelled', job, {});
  }

  async #announce(step: keyof LifecycleNames, job: JobRow, details: JsonObject): Promise<void> {
    const name = this.#names[step];
    if (!name) return;
    try {
      await this.#events.publish(name, { job_id: job.id, user_id: job.user_id, ...details }, `job-${job.id}`);
    } catch (error) {
      this.publishFailures += 1;
      this.#log.error({ err: error, event: name, job_id: job.id }, 'event not published');
    }
  }
}
