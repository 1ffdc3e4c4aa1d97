import { AsyncLocalStorage } from 'node:async_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import { DatabaseUnavailable } from './outage.ts';

/** A request is answered within five seconds if the database does not answer, however many queries it needs. */
const REQUEST_MS = 4_500;

const requests = new AsyncLocalStorage<{ waited: number }>();

/** Calls `action` for a request. */
export function inRequest<T>(action: () => T): T {
  return requests.run({ waited: 0 }, action);
}

/** The answer of a query. Throws when the queries of a request together take too long. */
export async function withinRequestTime<T>(answer: Promise<T>): Promise<T> {
  const request = requests.getStore();
  if (!request) return answer;
  const started = performance.now();
  const stop = new AbortController();
  const tooLong = pause(REQUEST_MS - request.waited, undefined, { signal: stop.signal }).then(() => {
    throw new DatabaseUnavailable('the database', new Error('timeout'));
  });
  try {
    return await Promise.race([answer, tooLong]);
  } finally {
    stop.abort();
    tooLong.catch(() => {});
    request.waited += performance.now() - started;
  }
}
