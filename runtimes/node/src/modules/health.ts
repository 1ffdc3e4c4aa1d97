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

/** Thrown by a probe that knows why: administrators see the code. */
export class ProbeError extends Error {
  override readonly name = 'ProbeError';
  readonly code: string;

  constructor(code: string) {
    super(code);
    this.code = code;
  }
}

/** Runs all probes at once; one that throws or takes longer than two seconds counts as not fine. */
export async function checkHealth(probes: Readonly<Record<string, Probe>>): Promise<ModuleHealth> {
  const reasons: Record<string, string> = {};
  const check = async ([name, probe]: [string, Probe]) => {
    const isUp = await succeeds(probe, (code) => {
      reasons[name] = code;
    });
    return [name, isUp] as const;
  };
  const dependencies = Object.fromEntries(await Promise.all(Object.entries(probes).map(check)));
  const fine = Object.values(dependencies).filter(Boolean).length;
  const all = fine > 0 && fine === Object.keys(dependencies).length;
  return {
    status: fine === 0 ? 'unhealthy' : all ? 'healthy' : 'degraded',
    dependencies_ok: all,
    last_check: new Date().toISOString(),
    metrics: { dependencies, ...(Object.keys(reasons).length > 0 && { reasons }) },
  };
}

/** Whether a probe succeeds within two seconds. */
async function succeeds(probe: Probe, explain: (code: string) => void): Promise<boolean> {
  try {
    return await withTimeout(PROBE_TIMEOUT_MS, probe());
  } catch (error) {
    if (error instanceof ProbeError) explain(error.code);
    return false;
  }
}
