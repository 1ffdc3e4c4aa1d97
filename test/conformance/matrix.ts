import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'vitest';
import { describeConformance } from './describe-conformance.ts';
import type { Launcher } from './host/host.ts';
import { modules } from './modules.ts';

/** The folder of a host under test, or the reason why there is none. */
export function hostFolder(variable: string): { readonly dir?: string; readonly missing?: string } {
  const dir = process.env[variable];
  if (dir === undefined || dir === '') return { missing: `${variable} names no host` };
  return existsSync(join(dir, 'node_modules')) || existsSync(join(dir, 'pyproject.toml'))
    ? { dir }
    : { missing: `${dir} is no host, or not installed` };
}

/** Runs the suite on a host that is there, and says what is missing if it is not: a failure where all must be. */
export function describeRow(name: string, variable: string, launcher: (dir: string) => Launcher): void {
  const { dir, missing } = hostFolder(variable);
  if (dir !== undefined) describeConformance(name, launcher(dir), modules);
  else if (process.env.CONFORMANCE_REQUIRED === '1') it(`${name}: ${missing}`, ({ expect }) => expect.fail(missing));
  else describe.skip(`${name} (${missing})`, () => it('is skipped', () => {}));
}
