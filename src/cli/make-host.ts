import { basename } from 'node:path';
import { hostContextOf, plainName } from '../core/pack/host-context.ts';
import type { PackMeta } from '../core/pack/pack-meta.ts';
import { renderHost } from '../core/pack/render-host.ts';
import { countChanges } from '../core/report/plan-text.ts';
import { isNoop } from '../core/tree/plan.ts';
import { applyPlan } from '../io/apply/apply-plan.ts';
import { interruptedAbove } from '../io/apply/recover.ts';
import { findPack } from '../io/find-pack.ts';
import type { Io } from '../io/io.ts';
import { planHost } from '../io/plan-host.ts';
import { withProgress } from './progress.ts';
import { reportRecovery } from './report-recovery.ts';
import { confirmPlan, type PlanFlags, printJson } from './show-plan.ts';

/** render the pack's host tree → plan → preview → apply. The pack, and whether the host is there now. */
export async function makeHost(
  io: Io,
  target: string,
  stack: string,
  flags: PlanFlags,
): Promise<{ readonly meta: PackMeta; readonly isThere: boolean }> {
  const pack = await findPack(stack, io.cwd, ['host']);
  const { meta } = pack;
  for (const folder of interruptedAbove(target)) await reportRecovery(io, folder);
  const tree = renderHost(pack, basename(target));
  const { root, plan } = await planHost(target, tree);

  const folder = basename(target);
  if (meta.host.reserved_names.includes(plainName(folder)))
    io.err.write(
      `Note: the project is named ${hostContextOf(folder, meta).name}: ${plainName(folder)} is a package that it needs.\n`,
    );
  const apply = await confirmPlan(io, plan, `Host application (${meta.title}) in ${target}:`, flags);
  if (apply) await withProgress(io, 'Writing', (tell) => applyPlan(root, plan, { tell }));
  const isComplete = isNoop(plan);
  if (flags.json)
    await printJson(io, { command: 'host init', plan, written: apply }, { host: target, stack: meta.name, root });
  else if (isComplete) io.out.write(`${target} has all files of a host already; nothing to do.\n`);
  else if (apply) io.out.write(`Created a host in ${target}: ${countChanges(plan, true)}\n`);
  return { meta, isThere: apply || isComplete };
}
