import { setTimeout as pause } from 'node:timers/promises';

/** Long enough for a database that restarts, shorter than the default lease of a job. */
const DELAYS_MS = [200, 500, 1_000, 2_000, 3_000];

/** Writes again for some seconds while that fails: what took long to work out should not be lost to a restart. */
export async function withRetries<T>(write: () => Promise<T>): Promise<T> {
  for (const delay of DELAYS_MS) {
    try {
      return await write();
    } catch {
      await pause(delay);
    }
  }
  return write();
}
