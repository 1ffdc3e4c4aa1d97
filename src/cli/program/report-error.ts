import { Failure } from '../../core/failure.ts';
import { jsonDocument } from '../../core/report/json.ts';
import { printable } from '../../core/text/display.ts';
import { isDiskError, reasonOf } from '../../io/fs/disk-error.ts';
import { type Io, isCancelled } from '../../io/io.ts';
import { paintFor } from '../output/colors.ts';
import { type ExitCode, exit } from '../output/exit.ts';
import { version } from '../output/version.ts';
import { commandOf } from './reserved-names.ts';

/** Reports any error of a command, which was called with the arguments `argv`. Returns the exit code. */
export async function reportError(error: unknown, argv: readonly string[], io: Io): Promise<ExitCode> {
  if (isCancelled(error)) {
    io.err.write(`${error.message || 'Cancelled. Nothing was written.'}\n`);
    return exit.cancelled;
  }
  if (error instanceof Failure) return reportFailure(error, argv, io);
  return isDiskError(error) ? reportFailure(diskFailure(error), argv, io) : reportBug(error, argv, io);
}

async function reportFailure(failure: Failure, argv: readonly string[], io: Io): Promise<ExitCode> {
  const { code, args: given, fault } = failure;
  const trace = argv.includes('--debug') ? `${traceOf(failure)}\n` : '';
  const shown = await withoutSecrets({ message: failure.message, hint: failure.hint, args: given, trace }, argv);
  const { message, hint, args } = shown;
  if (wantsJson(argv)) printError(io, argv, { code, message, hint, args });
  const paint = paintFor(io, io.err);
  io.err.write(`${paint.red('error')} ${printable(message)}\n      ${paint.cyan(printable(hint))}\n`);
  io.err.write(shown.trace);
  return fault === 'user' ? exit.user : exit.machine;
}

/** Error output often ends up in logs and issues. Loaded lazily, because most runs don't fail. */
async function withoutSecrets<T>(output: T, argv: readonly string[]): Promise<T> {
  return (await import('../../core/report/without-secrets.ts')).failureWithoutSecrets(output, argv);
}

/** Any file access can fail with a system error, which is not a bug. */
function diskFailure(error: NodeJS.ErrnoException): Failure {
  return new Failure('disk-refused', { path: error.path ?? 'A file', reason: reasonOf(error) }, error);
}

async function reportBug(error: unknown, argv: readonly string[], io: Io): Promise<ExitCode> {
  const message = 'Internal error: this is a bug in create-ai-module.';
  const versions = `create-ai-module ${version}, Node ${process.version}, ${process.platform} ${process.arch}`;
  const hint = 'Please report it with these lines, as an issue in the create-ai-module repository.';
  const { trace, words } = await withoutSecrets({ trace: traceOf(error), words: argv }, argv);
  if (wantsJson(argv)) printError(io, argv, { code: 'bug', message, hint, args: { trace, versions } });
  io.err.write(`${message}\n${trace}\n${versions}; arguments: ${JSON.stringify(words)}\n${hint}\n`);
  return exit.bug;
}

function traceOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return `${error.stack}${error.cause === undefined ? '' : `\ncaused by ${traceOf(error.cause)}`}`;
}

function wantsJson(argv: readonly string[]): boolean {
  return argv.some(
    (word, index) => /^--(json|format=json)$/.test(word) || (word === '--format' && argv[index + 1] === 'json'),
  );
}

function printError(io: Io, argv: readonly string[], error: Readonly<Record<string, unknown>>): void {
  io.out.write(jsonDocument(commandOf(argv), { error }));
}
