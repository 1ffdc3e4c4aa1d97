import type { Io } from '../../io/io.ts';
import { type ExitCode, exit } from '../output/exit.ts';
import type { PlanFlags } from '../output/show-plan.ts';

export async function hostDetach(_io: Io, _dir: string, _flags: PlanFlags): Promise<ExitCode> {
  return exit.done;
}
