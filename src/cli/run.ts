import type { Io } from '../io/io.ts';
import type { ExitCode } from './output/exit.ts';
import { runProgram } from './program/program.ts';
import { reportError } from './program/report-error.ts';

/** Runs the tool with the arguments after `node` and the script. Reports every error. */
export async function run(argv: readonly string[], io: Io): Promise<ExitCode> {
  try {
    return await runProgram(argv, io);
  } catch (error) {
    return reportError(error, argv, io);
  }
}
