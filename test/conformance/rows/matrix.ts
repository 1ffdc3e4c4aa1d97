import { existsSync } from 'node:fs';
import { describe, it } from 'vitest';
import { describeConformance } from '../describe-conformance.ts';
import type { Launcher } from '../host/host.ts';
import { serverTool } from '../host/services.ts';
import { modules } from './modules.ts';

export const python = process.env.CONFORMANCE_PYTHON ?? 'python3';

interface Row {
  readonly launcher: (dir: string) => Launcher;
  /** Servers that must be installed. */
  readonly needs?: readonly string[];
}

/**
 * Runs the suite on the host whose folder the variable names. Where something is missing it says what: a skip,
 * or a failure if CONFORMANCE_REQUIRED=1.
 */
export function describeRow(name: string, variable: string, { launcher, needs = [] }: Row): void {
  const dir = process.env[variable] ?? '';
  const missing = [
    ...(dir === '' ? [`${variable} names no host`] : existsSync(dir) ? [] : [`${dir} is not there`]),
    ...needs.filter((tool) => serverTool(tool) === undefined).map((tool) => `${tool} is not installed`),
  ].join(', ');
  if (missing === '') describeConformance(name, launcher(dir), modules);
  else if (process.env.CONFORMANCE_REQUIRED === '1') it(`${name}: ${missing}`, ({ expect }) => expect.fail(missing));
  else describe.skip(`${name} (${missing})`, () => it('is skipped', () => {}));
}
