import { countChanges } from '../../core/report/plan.ts';
import type { Plan } from '../../core/tree/plan.ts';
import { applyPlan } from '../../io/apply/apply-plan.ts';
import { planOutput } from '../../io/host/plan-output.ts';
import type { Io } from '../../io/io.ts';
import { confirmPlan } from '../output/show-plan.ts';
import type { HostFlags } from './find-host.ts';

export interface OutputFlags extends HostFlags {
  /** A file to write the result to. */
  readonly output?: string;
}

/** Shows the plan to write `text` to the file of `--output`, and writes it. Returns the plan and whether it was applied. */
export async function writeOutput(
  io: Io,
  host: string,
  file: string,
  text: string,
  flags: OutputFlags,
): Promise<{ readonly plan: Plan; readonly written: boolean }> {
  const { root, plan } = await planOutput(host, io.cwd, file, text);
  const written = await confirmPlan(io, plan, `Write ${file}:`, flags);
  if (written) await applyPlan(root, plan);
  if (!flags.json && !flags.dryRun && (written || !flags.diff)) io.out.write(`${file}: ${countChanges(plan, true)}\n`);
  return { plan, written };
}
