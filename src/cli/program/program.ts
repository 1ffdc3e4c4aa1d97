import { Command, CommanderError } from 'commander';
import { Failure } from '../../core/failure.ts';
import type { Io } from '../../io/io.ts';
import { type ExitCode, exit } from '../output/exit.ts';
import { version } from '../output/version.ts';
import { declareCheckingCommands } from './checking.ts';
import { declareHostCommands, declareNew } from './creating.ts';
import { isCommand, mustNotMeanCommand } from './reserved-names.ts';
import { declareUpdatingCommands } from './updating.ts';

/** Runs what the arguments say. Throws what its command throws, and `usage` where they say nothing sensible. */
export async function runProgram(argv: readonly string[], io: Io): Promise<ExitCode> {
  let code: ExitCode = exit.done;
  const end = (ended: ExitCode) => {
    code = ended;
  };
  const [first = '-'] = argv;
  const program = buildProgram(io, end, first);
  try {
    // Before its flags and further words are read: they are meant for another command, too.
    if (!first.startsWith('-') && !isCommand(first)) mustNotMeanCommand(first);
    await program.parseAsync([...argv], { from: 'user' });
    return code;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return exit.done;
    if (error.code === 'commander.help') return exit.user;
    throw new Failure('usage', { message: complaint(error) });
  }
}

function complaint({ code, message }: CommanderError): string {
  const text = message.replace(/^error: /, '').replace(/\s*\((Did you mean .*\?)\)$/s, '. $1');
  const advice =
    code === 'commander.excessArguments' ? ' Put the command first, and quote arguments that contain spaces.' : '';
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}${advice}`;
}

/**
 * Every command and flag of the tool; what a command does is imported when it runs. `validate` stands in front of commits
 * and in editors: where it comes `first`, only what is near it is declared.
 */
export function buildProgram(io: Io, end: (code: ExitCode) => void, first?: string): Command {
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
    declareNew(program, io, end);
    declareHostCommands(program, io, end);
  }
  declareCheckingCommands(program, io, end);
  if (first !== 'validate') declareUpdatingCommands(program, io, end);
  return program;
}
