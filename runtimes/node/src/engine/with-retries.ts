import { setTimeout as pause } from 'node:timers/promises';
import { isUnavailable } from './connection.ts';
import { isRefused } from './outage.ts';

const DELAYS_MS = [200, 500, 1_000, 2_000, 3_000];
/** Finished work should not be lost to a database that restarts. */
const OUTCOME_SECONDS = 10;
/** A host may start together with its database. */
const START_SECONDS = 30;

/** Repeats an action for some seconds while the database is unavailable. */
export async function withRetries<T>(
  action: () => Promise<T>,
  seconds = OUTCOME_SECONDS,
  isFinal: (error: unknown) => boolean = () => false,
): Promise<T> {
  const end = performance.now() + seconds * 1_000;
  for (let failures = 0; ; failures += 1) {
    try {
      return await action();
    } catch (error) {
      const delay = DELAYS_MS[Math.min(failures, DELAYS_MS.length - 1)] ?? 0;
      if (!isUnavailable(error) || isFinal(error) || performance.now() + delay > end) throw error;
      await pause(delay);
    }
  }
}

/** Repeats a step of a start. A database that refuses the role isn't asked again. */
export function retryAtStart<T>(step: () => Promise<T>, seconds = START_SECONDS): Promise<T> {
  return withRetries(step, seconds, isRefused);
}
