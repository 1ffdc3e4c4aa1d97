import type { Log } from '../log.ts';
import { isUnavailable } from './connection.ts';
import type { Store } from './store.ts';

/** Renews the leases of all claims of this process with one query. */
export class Leases {
  readonly #store: Store;
  readonly #seconds: number;
  readonly #log: Log;
  readonly #held = new Map<string, () => void>();
  #timer: NodeJS.Timeout | undefined;

  constructor(store: Store, seconds: number, log: Log) {
    this.#store = store;
    this.#seconds = seconds;
    this.#log = log;
  }

  start(): void {
    this.#timer = setInterval(() => void this.#renew(), (this.#seconds * 1_000) / 3);
    this.#timer.unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** Keeps a claim until `release`. `onLost` is called if another worker may have it. */
  hold(token: string, onLost: () => void): void {
    this.#held.set(token, onLost);
  }

  release(token: string): void {
    this.#held.delete(token);
  }

  async #renew(): Promise<void> {
    const tokens = [...this.#held.keys()];
    if (tokens.length === 0) return;
    try {
      const renewed = await this.#store.renewLeases(tokens, this.#seconds);
      for (const token of tokens) if (!renewed.has(token)) this.#held.get(token)?.();
    } catch (error) {
      // The work goes on: if the lease ends before the database is back, its last step is refused.
      if (!isUnavailable(error)) this.#log.error({ err: error }, 'leases not renewed');
    }
  }
}
