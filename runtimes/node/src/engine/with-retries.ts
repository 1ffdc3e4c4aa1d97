import { setTimeout as pause } from 'node:timers/promises';
import { isUnavailable } from './connection.ts';

/** Long enough for a database that restarts, shorter than the default lease of a job. */
const DELAYS_MS = [200, 500, 1_000, 2_000, 3_000];

/** Repeats an action for some seconds while the database is unavailable: finished work should not be lost to a restart. */
export async function withRetries<T>(action: () => Promise<T>): Promise<T> {
  for (const delay of DELAYS_MS) {
    try {
      return await action();
    } catch (error) {
      if (!isUnavailable(error)) throw error;
      await pause(delay);
    }
  }
  return action();
}
