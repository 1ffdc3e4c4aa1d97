import type { Log } from '../log.ts';
import { isUnavailable } from './connection.ts';

/** What a loop claims and does. */
export interface Work<T> {
  /** Claims at most `free` items. */
  claim(free: number): Promise<readonly T[]>;
  /** Does the work of one item, to its end. Never rejects. */
  run(item: T): Promise<void>;
}

const PAUSE_MS = 500;

/**
 * Claims work whenever it is woken and a slot is free. Never makes two claims at once; a wake-up during a claim causes
 * one more.
 */
export class ClaimLoop<T> {
  readonly #work: Work<T>;
  readonly #slots: number;
  readonly #log: Log;
  readonly #running = new Set<Promise<void>>();
  #claiming = false;
  #again = false;
  #stopped = false;
  #pause: NodeJS.Timeout | undefined;
  #claimed: Promise<void> = Promise.resolve();

  constructor(work: Work<T>, slots: number, log: Log) {
    this.#work = work;
    this.#slots = slots;
    this.#log = log;
  }

  /** There may be work. */
  wake(): void {
    if (this.#stopped) return;
    this.#again = true;
    if (!this.#claiming) this.#claimed = this.#claimAll();
  }

  /** Claims nothing more. Resolves when a claim that was under way has ended. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#pause);
    await this.#claimed;
  }

  /** After `stop`: resolves when the running work has ended. */
  async idle(): Promise<void> {
    await this.#claimed;
    await Promise.all(this.#running);
  }

  async #claimAll(): Promise<void> {
    this.#claiming = true;
    try {
      while (this.#again && !this.#stopped) {
        this.#again = false;
        const free = this.#slots - this.#running.size;
        if (free === 0) break;
        const items = await this.#work.claim(free);
        for (const item of items) this.#start(item);
        // More may be due, such as jobs of a lower priority.
        if (items.length > 0) this.#again = true;
      }
    } catch (error) {
      if (!isUnavailable(error)) this.#log.error({ err: error }, 'work not claimed');
      this.#pause = setTimeout(() => this.wake(), PAUSE_MS);
      this.#pause.unref();
    } finally {
      this.#claiming = false;
    }
  }

  #start(item: T): void {
    const ended = this.#work
      .run(item)
      .catch((error: unknown) => this.#log.error({ err: error }, 'work failed'))
      .finally(() => {
        this.#running.delete(ended);
        this.wake();
      });
    this.#running.add(ended);
  }
}
