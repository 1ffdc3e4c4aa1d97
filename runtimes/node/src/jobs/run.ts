import type { JsonObject } from '../engine/store.ts';
import { AttemptTimeout } from '../errors.ts';

/** What work is done on: the same for a job and for a direct call. */
export interface WorkRequest {
  readonly input_data: JsonObject;
  readonly options: JsonObject;
}

/** The work's view of the attempt it is part of. */
export interface Run {
  /** Aborted when the time is up, the job was cancelled or the host stops. Hand it to whatever takes long. */
  readonly signal: AbortSignal;
  /** Records how far the work is, 0 to 100, and tells listeners. Throws when the job is no longer ours. */
  progress(percent: number): Promise<void>;
}

export type Work = (request: WorkRequest, run: Run) => Promise<JsonObject>;

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
export async function runInline(work: Work, request: WorkRequest, timeoutSeconds: number): Promise<JsonObject> {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(new AttemptTimeout()), timeoutSeconds * 1_000);
  const run: Run = { signal: controller.signal, progress: async () => {} };
  try {
    return await untilAborted(controller.signal, () => work(request, run));
  } finally {
    clearTimeout(timer);
  }
}
