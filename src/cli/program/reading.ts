import type { Command } from 'commander';
import type { CompletedCommand } from '../../core/report/completion.ts';
import type { Io } from '../../io/io.ts';
import type { AllFlags } from './each-host.ts';
import { allFlag, planning, type SetExitCode } from './flags.ts';

const hostFlag = [
  '--host <dir>',
  'Folder of the host application; default: the current folder or one above it',
] as const;

/** Declares the commands that show something about a host and write only to the file of `--output`. */
export function declareReadingCommands(
  program: Command,
  io: Io,
  setExitCode: SetExitCode,
  argv: readonly string[],
): void {
  program
    .command('list')
    .description('List the modules of the host with version, template pack and status')
    .option(...hostFlag)
    .option(
      '--stack <stack>',
      'fastify, fastapi, the path of a template pack, or npm:<package>@<version>; default: the stack of the host',
    )
    .option(...allFlag)
    .option('--json', 'Print the result as JSON on stdout')
    .option('--debug', 'Print the stack trace of an error')
    .action(async (flags: AllFlags) => {
      const { inEachHost } = await import('./each-host.ts');
      const { list } = await import('../commands/reading/list.ts');
      setExitCode(await inEachHost(io, argv, flags, list));
    });
  planning(
    program
      .command('graph')
      .description('Draw the modules of the host with their events, permissions and dependencies')
      .option(...hostFlag)
      .option('--format <format>', 'svg, mermaid or dot; default: by the ending of --output, else svg')
      .option('--output <file>', 'Write the drawing to a file; default: print it'),
  ).action(async (flags) => setExitCode(await (await import('../commands/reading/graph.ts')).graph(io, flags)));
  program
    .command('info')
    .description('Print the versions of tools, host and modules, for bug reports')
    .option(...hostFlag)
    .option(
      '--stack <stack>',
      'fastify, fastapi, the path of a template pack, or npm:<package>@<version>; default: the stack of the host',
    )
    .option('--json', 'Print the result as JSON on stdout')
    .option('--debug', 'Print the stack trace of an error')
    .action(async (flags) => setExitCode(await (await import('../commands/reading/info.ts')).info(io, flags)));
  program
    .command('doctor')
    .description('Check the tools, versions, database, engine, migrations and port of the host')
    .option(...hostFlag)
    .option(
      '--stack <stack>',
      'fastify, fastapi, the path of a template pack, or npm:<package>@<version>; default: the stack of the host',
    )
    .option(...allFlag)
    .option('--json', 'Print the result as JSON on stdout')
    .option('--debug', 'Print the stack trace of an error')
    .action(async (flags: AllFlags) => {
      const { inEachHost } = await import('./each-host.ts');
      const { doctor } = await import('../commands/reading/doctor.ts');
      setExitCode(await inEachHost(io, argv, flags, doctor));
    });
  program
    .command('completion')
    .description('Print a script with which a shell completes commands, flags and names of modules')
    .argument('[shell]', 'bash, zsh or fish; default: the one of the variable SHELL')
    .option('--debug', 'Print the stack trace of an error')
    .action(async (shell: string | undefined) => {
      const { completion } = await import('../commands/reading/completion.ts');
      setExitCode(await completion(io, shell, commandsOf(program)));
    });
}

/** Commands as shells complete them, also those of two words. */
function commandsOf(command: Command, group = ''): CompletedCommand[] {
  return command.commands.flatMap((one) => {
    if (one.commands.length > 0) return commandsOf(one, `${one.name()} `);
    const flags = one.options.map((option) => ({ name: option.long ?? '', description: option.description }));
    const takesModules = one.registeredArguments.some((argument) => argument.name() === 'modules');
    return [{ name: `${group}${one.name()}`, description: one.description(), flags, takesModules }];
  });
}
