import { generatedHost, pythonOf, type Stack } from '../../e2e/generated-host.ts';
import { describeWhere, missingPython } from '../../e2e/needs.ts';
import { describeConformance } from '../describe-conformance.ts';
import type { Launcher } from '../host/host.ts';
import { missingServers } from '../host/services.ts';
import { modules } from './modules.ts';

export const pythonFor = (host: string): string => process.env.CONFORMANCE_PYTHON ?? pythonOf(host);

interface Row {
  readonly launcher: (dir: string) => Launcher;
  /** Servers that must be installed. */
  readonly needs?: readonly string[];
}

/**
 * Runs the suite on a host that the tool generated, or on the one whose folder CONFORMANCE_<STACK>_HOST names. Where
 * something is missing it says what: a skip, or a failure if CI=true.
 */
export async function describeRow(name: string, stack: Stack, { launcher, needs = [] }: Row): Promise<void> {
  const given = process.env[`CONFORMANCE_${stack.toUpperCase()}_HOST`];
  const missing = [
    ...(stack === 'fastapi' && process.env.CONFORMANCE_PYTHON === undefined ? missingPython() : []),
    ...missingServers(needs),
  ];
  await describeWhere(name, missing, async () =>
    describeConformance(name, launcher(given ?? (await generatedHost(stack))), modules),
  );
}
