import type { Log } from '../log.ts';
import { isUnavailable } from './connection.ts';
import type { Store } from './store.ts';

const CHECK_MS = 5_000;
const LINE_EVERY_MS = 60_000;

export const NO_WORKERS = 'jobs wait, and no process runs jobs: start a worker';

/** Reports jobs that wait while no worker is alive: a line when two checks have found it, then at most one a minute. */
export class WorkerWatch {
  readonly #store: Store;
  readonly #modules: () => readonly string[];
  readonly #log: Log;
  readonly #checkMs: number;
  #timer: NodeJS.Timeout | undefined;
  #isLacking = false;
  #loggedAt = Number.NEGATIVE_INFINITY;

  /** `modules` returns the names of the modules whose jobs count. */
  constructor(store: Store, modules: () => readonly string[], log: Log, checkMs: number = CHECK_MS) {
    this.#store = store;
    this.#modules = modules;
    this.#log = log;
    this.#checkMs = checkMs;
  }

  start(): void {
    this.#timer = setInterval(() => void this.#check(), this.#checkMs);
    this.#timer.unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  async #check(): Promise<void> {
    try {
      const wasLacking = this.#isLacking;
      this.#isLacking = await this.#store.lacksWorkers(this.#modules());
      // A worker that is started again has a moment to do so.
      if (!this.#isLacking || !wasLacking || performance.now() - this.#loggedAt < LINE_EVERY_MS) return;
      this.#loggedAt = performance.now();
      this.#log.warn(NO_WORKERS);
    } catch (error) {
      if (!isUnavailable(error)) this.#log.error({ err: error }, 'workers not checked');
    }
  }
}
