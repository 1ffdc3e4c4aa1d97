import { Failure } from '../../core/failure.ts';
import { type PlanResult, planResultToJson, reportDiff, reportPlan } from '../../core/report/plan.ts';
import { isNoop, type Plan } from '../../core/tree/plan.ts';
import { Cancelled, type Io } from '../../io/io.ts';
import { paintFor } from './colors.ts';

export interface PlanFlags {
  readonly yes?: boolean;
  readonly dryRun?: boolean;
  readonly diff?: boolean;
  readonly json?: boolean;
}

/** Only on a terminal, and not where a flag says what to do, or that the result is to be read or piped. */
export function mayAsk(io: Io, flags: PlanFlags): boolean {
  return io.isInteractive && !flags.yes && !flags.json && !flags.diff;
}

/** A dry run never writes; --json and --diff write only with --yes. */
export function showsOnly({ yes, dryRun, diff, json }: PlanFlags): boolean {
  return dryRun === true || (!yes && (diff === true || json === true));
}

/** Whether a run may end with files written: it needs --yes, or somebody to ask. */
export function mayWrite(io: Io, flags: PlanFlags): boolean {
  return !showsOnly(flags) && (flags.yes === true || mayAsk(io, flags));
}

/**
 * Shows the plan as the flags want it, and asks. True: apply it. A plan that changes nothing needs no consent. Throws
 * `confirmation-missing` where nobody can be asked. A plan that is only shown is the result, and so on stdout; before
 * writing it is talk.
 */
export async function confirmPlan(io: Io, plan: Plan, title: string, flags: PlanFlags): Promise<boolean> {
  const isResult = showsOnly(flags);
  const output = isResult ? io.out : io.err;
  const paint = paintFor(io, output);
  if (!flags.json) {
    output.write(`${title}\n${reportPlan(plan, paint)}`);
    if (flags.diff) output.write(await reportDiff(plan, paint));
  }
  if (isNoop(plan)) return false;
  if (isResult) {
    if (flags.diff && !flags.dryRun && !flags.json) io.err.write('Nothing was written. Add --yes to write.\n');
    return false;
  }
  if (!mayWrite(io, flags)) throw new Failure('confirmation-missing', {});
  if (flags.yes) return true;
  const prompter = await io.prompter();
  if (await prompter.confirm('Write these files?', true)) return true;
  throw new Cancelled();
}

/** The result of `--json`: what was or would be done, and `more` of the command. */
export async function printJson(io: Io, result: PlanResult, more: Readonly<Record<string, unknown>>): Promise<void> {
  io.out.write(await planResultToJson(result, more));
}
