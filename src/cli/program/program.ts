import { Command, CommanderError } from 'commander';
import { Failure } from '../../core/failure.ts';
import type { Io } from '../../io/io.ts';
import { type ExitCode, exit } from '../output/exit.ts';
import { version } from '../output/version.ts';
import { declareCheckingCommands } from './checking.ts';
import { declareHostCommands, declareNew } from './creating.ts';
import type { SetExitCode } from './flags.ts';
import { declareLifeCommands } from './life.ts';
import { declarePackCommands } from './packs.ts';
import { declareReadingCommands } from './reading.ts';
import { assertNotCommand, isCommand } from './reserved-names.ts';
import { declareUpdatingCommands } from './updating.ts';

/** Parses the arguments and runs the command. Throws `usage` for invalid arguments, and what the command throws. */
export async function runProgram(argv: readonly string[], io: Io): Promise<ExitCode> {
  let code: ExitCode = exit.done;
  const setExitCode = (next: ExitCode) => {
    code = next;
  };
  const [first = '-'] = argv;
  const program = buildProgram(io, setExitCode, argv);
  try {
    // Checked first: the other arguments are meant for the misspelt command and would cause confusing errors.
    if (!first.startsWith('-') && !isCommand(first)) assertNotCommand(first);
    await program.parseAsync([...argv], { from: 'user' });
    return code;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return exit.done;
    if (error.code === 'commander.help') return exit.user;
    throw new Failure('usage', { message: usageMessage(error, argv) });
  }
}

function usageMessage({ code, message }: CommanderError, argv: readonly string[]): string {
  const late = argv.slice(1).find(isCommand);
  if (code === 'commander.excessArguments' && late && !isCommand(argv[0] ?? ''))
    return `Put the command first: create-ai-module ${late} …`;
  const text = message.replace(/^error: /, '').replace(/\s*\((Did you mean .*\?)\)$/s, '. $1');
  const advice =
    code === 'commander.excessArguments' ? ' Put the command first, and quote arguments that contain spaces.' : '';
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}${advice}`;
}

/**
 * Declares all commands and options; the code of a command is imported when it runs. If `validate` is the first of
 * the arguments, only the checking commands are declared: it runs in editors and before commits, so it must start fast.
 */
export function buildProgram(io: Io, setExitCode: SetExitCode, argv: readonly string[] = []): Command {
  const [first] = argv;
  const program = new Command('create-ai-module')
    .description('Generate AI modules in Fastify and FastAPI applications, and keep them up to date.')
    .version(version, '-v, --version', 'Print the version')
    .helpOption('-h, --help', 'Display help')
    .helpCommand('help [command]', 'Display help')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => io.out.write(text),
      writeErr: (text) => io.err.write(text),
      outputError: () => {},
    })
    .addHelpText(
      'after',
      '\nExit codes: 0 done, 1 diagnostics, 2 usage or configuration error, 3 system error, 70 bug, 130 cancelled.',
    );

  if (first !== 'validate') {
    declareNew(program, io, setExitCode);
    declareHostCommands(program, io, setExitCode);
  }
  declareCheckingCommands(program, io, setExitCode);
  if (first !== 'validate') {
    declareReadingCommands(program, io, setExitCode, argv);
    declareUpdatingCommands(program, io, setExitCode, argv);
    declareLifeCommands(program, io, setExitCode);
    declarePackCommands(program, io, setExitCode);
  }
  return program;
}
