import { describe, it } from 'vitest';
import { generatedHost, hasTemplates, pythonOf, type Stack } from '../../e2e/generated-host.ts';
import { describeConformance } from '../describe-conformance.ts';
import type { Launcher } from '../host/host.ts';
import { serverTool } from '../host/services.ts';
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
    ...(given !== undefined || hasTemplates(stack) ? [] : [`there is no pack for ${stack}`]),
    ...needs.filter((tool) => serverTool(tool) === undefined).map((tool) => `${tool} is not installed`),
  ].join(', ');
  if (missing === '') {
    describeConformance(name, launcher(given ?? (await generatedHost(stack))), modules);
  } else if (process.env.CI === 'true') it(`${name}: ${missing}`, ({ expect }) => expect.fail(missing));
  else describe.skip(`${name} (${missing})`, () => it('is skipped', () => {}));
}
