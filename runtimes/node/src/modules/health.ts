import { withTimeout } from '../tasks/with-timeout.ts';
import type { Probe } from './module-context.ts';

/** Whether a module works, as its health endpoint reports it. */
export interface ModuleHealth {
  readonly status: 'healthy' | 'degraded' | 'unhealthy';
  readonly dependencies_ok: boolean;
  /** ISO 8601, UTC. */
  readonly last_check: string;
  readonly metrics: Record<string, unknown>;
}

const PROBE_TIMEOUT_MS = 2_000;

/** Runs all probes at once; one that throws or takes longer than two seconds counts as not fine. */
export async function checkHealth(probes: Readonly<Record<string, Probe>>): Promise<ModuleHealth> {
  const checks = Object.entries(probes).map(async ([name, probe]) => [name, await isFine(probe)] as const);
  const dependencies = Object.fromEntries(await Promise.all(checks));
  const fine = Object.values(dependencies).filter(Boolean).length;
  const all = fine > 0 && fine === Object.keys(dependencies).length;
  return {
    status: fine === 0 ? 'unhealthy' : all ? 'healthy' : 'degraded',
    dependencies_ok: all,
    last_check: new Date().toISOString(),
    metrics: { dependencies },
  };
}

/** Whether a probe succeeds within two seconds. */
export async function isFine(probe: Probe): Promise<boolean> {
  try {
    return await withTimeout(PROBE_TIMEOUT_MS, probe());
  } catch {
    return false;
  }
}
