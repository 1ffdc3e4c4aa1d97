import type { JsonObject } from '../engine/store.ts';
import { AttemptTimeout } from '../errors.ts';
import type { User } from '../http/auth.ts';
import type { Log } from '../log.ts';

/** What work is done on: the same for a job and for a direct call. */
export interface WorkRequest<Input = JsonObject, Options = JsonObject> {
  readonly input_data: Input;
  readonly options: Options;
}

/** What work has used. A module may add keys of its own. */
export interface Usage {
  readonly model?: string;
  readonly input_tokens?: number;
  readonly output_tokens?: number;
  readonly [key: string]: string | number | boolean | null | undefined;
}

/** The work's view of the job or direct call it is part of. */
export interface Run<Options = JsonObject> {
  readonly options: Options;
  /** Aborted when the time is up, the job was cancelled or the host stops. Pass it to whatever takes long. */
  readonly signal: AbortSignal;
  /** Records how far the work is, 0 to 100. Throws when the job was cancelled. */
  progress(percent: number): Promise<void>;
  /** Adds to the metadata of the result. Numbers of repeated calls are added up, other values replaced. */
  usage(usage: Usage): void;
  readonly logger: Log;
  /** Who the job belongs to; null for a direct call without a user. */
  readonly user: Pick<User, 'id'> | null;
  /** null for a direct call. */
  readonly jobId: string | null;
}

export type Work = (request: WorkRequest, run: Run) => Promise<JsonObject>;

/** Collects what one piece of work has used, and how long it took. */
export class UsageRecord {
  readonly #started = performance.now();
  readonly #usage: JsonObject = {};

  readonly add = (usage: Usage): void => {
    for (const [key, value] of Object.entries(usage)) {
      const before = this.#usage[key];
      this.#usage[key] = typeof value === 'number' && typeof before === 'number' ? before + value : value;
    }
  };

  read(): { readonly usage: JsonObject; readonly durationMs: number } {
    return { usage: this.#usage, durationMs: Math.round(performance.now() - this.#started) };
  }
}

/** The outcome of `action`, or the reason of the abort, whichever comes first. */
export async function untilAborted<T>(signal: AbortSignal, action: () => Promise<T>): Promise<T> {
  signal.throwIfAborted();
  let stop = () => {};
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(signal.reason);
    signal.addEventListener('abort', stop, { once: true });
  });
  try {
    return await Promise.race([action(), aborted]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

/** Does the work at once, without a job; `timeoutSeconds` bounds it. */
export async function runInline<T>(timeoutSeconds: number, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(new AttemptTimeout()), timeoutSeconds * 1_000);
  try {
    return await untilAborted(controller.signal, () => work(controller.signal));
  } finally {
    clearTimeout(timer);
  }
}
