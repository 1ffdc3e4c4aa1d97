import { Failure } from '../core/failure.ts';
import { Cancelled, type Io } from '../io/io.ts';
import { type ExitCode, exit } from './exit.ts';
import { paintFor } from './paint.ts';
import { buildProgram, exitOfCommander } from './program.ts';
import { version } from './version.ts';

/** One run of the tool: arguments without node and script → exit code. The only place that catches. */
export async function run(argv: readonly string[], io: Io): Promise<ExitCode> {
  let code: ExitCode = exit.done;
  const program = buildProgram(io, (ended) => {
    code = ended;
  });
  try {
    await program.parseAsync([...argv], { from: 'user' });
    return code;
  } catch (error) {
    return reportTrouble(error, argv, io);
  }
}

function reportTrouble(error: unknown, argv: readonly string[], io: Io): ExitCode {
  const ended = exitOfCommander(error);
  if (ended !== undefined) return ended;
  if (error instanceof Cancelled) {
    io.err.write('Cancelled; nothing was written.\n');
    return exit.cancelled;
  }
  if (!(error instanceof Failure)) return reportBug(error, argv, io);
  if (argv.includes('--json')) {
    const { code, message, hint } = error;
    io.out.write(`${JSON.stringify({ error: { code, message, hint } }, null, 2)}\n`);
  }
  const paint = paintFor(io, io.err);
  io.err.write(`${paint.red('error')} ${error.message}\n      ${paint.cyan(error.hint)}\n`);
  if (argv.includes('--debug'))
    io.err.write(
      `${error.stack}\n${error.cause === undefined ? '' : `caused by ${String((error.cause as Error).stack ?? error.cause)}\n`}`,
    );
  return error.fault === 'user' ? exit.user : exit.machine;
}

function reportBug(error: unknown, argv: readonly string[], io: Io): ExitCode {
  const stack = error instanceof Error ? error.stack : String(error);
  io.err.write(
    `This is a bug in create-ai-module, not in what you did.\n${stack}\n` +
      `create-ai-module ${version}, Node ${process.version}, ${process.platform}; arguments: ${JSON.stringify(argv)}\n` +
      'Please report it with these lines, as an issue of the create-ai-module repository.\n',
  );
  return exit.bug;
}
