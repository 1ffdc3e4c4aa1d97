import { isNightly } from '../../draws.ts';
import { generatedHost } from '../../e2e/generated-host.ts';
import { describeWhere, missingPython } from '../../e2e/needs.ts';
import { describeConformance } from '../describe-conformance.ts';
import type { Launcher } from '../host/host.ts';
import { missingServers } from '../host/services.ts';
import { type Mode, type ModeName, modes } from './modes.ts';
import { modules } from './modules.ts';

/**
 * Declares the tests of a mode on a host that the tool generated, or on the one whose folder CONFORMANCE_<STACK>_HOST
 * names. Where something is missing it says what: a skip, or a failure if CI=true.
 */
export async function describeMode(
  name: ModeName,
  declare: (title: string, launcher: Launcher) => void,
): Promise<void> {
  const { stack, title, needs, launcher } = modes[name];
  const given = process.env[`CONFORMANCE_${stack.toUpperCase()}_HOST`];
  const missing = [
    ...(stack === 'fastapi' && process.env.CONFORMANCE_PYTHON === undefined ? missingPython() : []),
    ...missingServers(needs),
  ];
  await describeWhere(title, missing, async () => declare(title, launcher(given ?? (await generatedHost(stack)))));
}

/** The suite in this mode, as much of it as CI or the nightly run wants. */
export function describeRow(name: ModeName): Promise<void> {
  const { wholeInCi = false }: Mode = modes[name];
  return describeMode(name, (title, launcher) =>
    describeConformance(title, launcher, modules, isNightly || wholeInCi ? 'all' : 'of the mode'),
  );
}
