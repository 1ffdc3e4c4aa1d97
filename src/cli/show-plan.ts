import { planToJson } from '../core/report/plan-json.ts';
import { reportDiff, reportPlan } from '../core/report/plan-text.ts';
import type { Plan } from '../core/tree/plan.ts';
import { Cancelled, type Io } from '../io/io.ts';
import { paintFor } from './paint.ts';

export interface PlanFlags {
  readonly yes?: boolean;
  readonly dryRun?: boolean;
  readonly diff?: boolean;
  readonly json?: boolean;
}

/** Only on a terminal, and not where a flag says what to do, or that a program reads the result. */
export function mayAsk(io: Io, flags: PlanFlags): boolean {
  return io.isInteractive && !flags.yes && !flags.json;
}

/**
 * Shows the plan as the flags want it, and asks. True: apply it. The plan is the result of a dry run, and so on
 * stdout then; before writing it is talk.
 */
export async function confirmPlan(io: Io, plan: Plan, title: string, flags: PlanFlags): Promise<boolean> {
  const output = flags.dryRun ? io.out : io.err;
  const paint = paintFor(io, output);
  if (!flags.json) {
    output.write(`${title}\n${reportPlan(plan, paint)}`);
    if (flags.diff) output.write(reportDiff(plan, paint));
  }
  if (flags.dryRun) return false;
  if (!mayAsk(io, flags)) return true;
  const prompter = await io.prompter();
  if (await prompter.confirm('Write these files?', true)) return true;
  throw new Cancelled();
}

/** The result of `--json`: what was or would be done, and the plan in full. */
export function printJson(io: Io, result: Readonly<Record<string, unknown>>, plan: Plan, applied: boolean): void {
  io.out.write(`${JSON.stringify({ ...result, applied, plan: planToJson(plan) }, null, 2)}\n`);
}
