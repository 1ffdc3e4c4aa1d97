import { resolve } from 'node:path';
import { Failure } from '../../core/failure.ts';
import { withPackageManager } from '../../io/host/package-manager.ts';
import type { Io } from '../../io/io.ts';
import { type ExitCode, exit } from '../output/exit.ts';
import type { PlanFlags } from '../output/show-plan.ts';
import { chooseStack, makeHost } from '../steps/find-host.ts';
import { hostSteps, reportSteps } from '../steps/next-steps.ts';

export interface HostInitFlags extends PlanFlags {
  readonly stack?: string;
  readonly runtime?: string;
}

/** Creates a host application. */
export async function hostInit(io: Io, dir: string, flags: HostInitFlags): Promise<ExitCode> {
  const target = resolve(io.cwd, dir);
  const { runtime = 'vendored' } = flags;
  if (runtime !== 'vendored' && runtime !== 'registry')
    throw new Failure('usage', { message: `--runtime must be vendored or registry, not ${runtime}.` });
  const { meta, exists } = await makeHost(io, target, await chooseStack(io, flags.stack, flags), {
    ...flags,
    vendored: runtime === 'vendored',
  });
  if (exists && !flags.json)
    io.err.write(reportSteps(hostSteps(io, target, withPackageManager(meta, { root: target }))));
  return exit.done;
}
