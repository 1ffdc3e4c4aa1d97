import { setTimeout as pause } from 'node:timers/promises';

/** The outcome of `work`, or an error when it takes longer than `ms`. The work itself goes on. */
export async function withTimeout<T>(ms: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${ms} ms`)), ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Whether the work ends within `ms`, also if it fails. */
export async function endsWithin(ms: number, work: Promise<unknown> | undefined): Promise<boolean> {
  const ended = Promise.resolve(work).then(
    () => true,
    () => true,
  );
  const late = new AbortController();
  const timer = pause(ms, false, { signal: late.signal }).catch(() => false);
  try {
    return await Promise.race([ended, timer]);
  } finally {
    late.abort();
  }
}
