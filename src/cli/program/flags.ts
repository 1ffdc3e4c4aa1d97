import type { Command } from 'commander';
import type { ExitCode } from '../output/exit.ts';

/** Receives the exit code of the command. */
export type SetExitCode = (code: ExitCode) => void;

/** Parser for an option that may be repeated. */
export const repeatable = (value: string, before: readonly string[] = []): readonly string[] => [...before, value];

/** For commands that can run in many hosts. */
export const allFlag = ['--all', 'Run in every host in the folders below the current one'] as const;

/** Adds the options of every command that shows a plan before it writes. */
export function planning(command: Command): Command {
  return command
    .option('-y, --yes', 'Write without asking')
    .option('--dry-run', 'Show the plan and write nothing, even with --yes')
    .option('--diff', 'Show the files as a diff; write only with --yes')
    .option('--json', 'Print the plan as JSON on stdout; write only with --yes')
    .option('--debug', 'Print the stack trace of an error');
}
