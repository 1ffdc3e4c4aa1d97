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

/** Whether prompts are allowed: on a terminal, unless --yes answers them or the run prints JSON or a diff. */
export function mayAsk(io: Io, flags: PlanFlags): boolean {
  return io.isInteractive && !flags.yes && !flags.json && !flags.diff;
}

/** A dry run never writes; --json and --diff write only with --yes. */
export function showsOnly({ yes, dryRun, diff, json }: PlanFlags): boolean {
  return dryRun === true || (!yes && (diff === true || json === true));
}

/** Whether the run may write: that needs --yes or a prompt. */
export function mayWrite(io: Io, flags: PlanFlags): boolean {
  return !showsOnly(flags) && (flags.yes === true || mayAsk(io, flags));
}

/**
 * Shows the plan and asks for confirmation if needed. Returns whether to apply it; false if it changes nothing. Throws
 * `confirmation-missing` if prompts are not allowed, and `Cancelled`. The plan goes to stdout if it is the result of
 * the command, and to stderr if it precedes writing. `review` asks instead of the prompt for consent.
 */
export async function confirmPlan(
  io: Io,
  plan: Plan,
  title: string,
  flags: PlanFlags,
  review?: () => Promise<boolean>,
): Promise<boolean> {
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
  if (review !== undefined) return review();
  const prompter = await io.prompter();
  if (await prompter.confirm('Write these files?', true)) return true;
  throw new Cancelled();
}

/** Prints the document of `--json`: the plan, whether it was written, and `more` properties of the command. */
export async function printJson(io: Io, result: PlanResult, more: Readonly<Record<string, unknown>>): Promise<void> {
  io.out.write(await planResultToJson(result, more));
}
