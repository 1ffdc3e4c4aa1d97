import type { Command } from 'commander';
import type { Io } from '../../io/io.ts';
import type { AllFlags } from './each-host.ts';
import { allFlag, type SetExitCode } from './flags.ts';

const hostFlag = [
  '--host <dir>',
  'Folder of the host application; default: the current folder or one above it',
] as const;

/** Declares the commands that show something about a host and never write. */
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
}
