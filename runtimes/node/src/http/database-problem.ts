import { findUnavailable } from '../engine/outage.ts';
import type { HostServices } from '../modules/start-module.ts';
import { withTimeout } from '../tasks/with-timeout.ts';

const PROBE_TIMEOUT_MS = 2_000;

/** The code of the reason why requests that need the database are answered with 503; `undefined` if there is none. */
export async function findDatabaseProblem({ probes }: HostServices): Promise<string | undefined> {
  try {
    await withTimeout(PROBE_TIMEOUT_MS, probes.database());
    return undefined;
  } catch (error) {
    return findUnavailable(error)?.code ?? 'database_unavailable';
  }
}
