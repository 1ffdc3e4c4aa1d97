import type { Command } from 'commander';
import type { Io } from '../../io/io.ts';
import { planning, type SetExitCode } from './flags.ts';

/** Declares the commands that end a module or give it another name. */
export function declareLifeCommands(program: Command, io: Io, setExitCode: SetExitCode): void {
  planning(
    program
      .command('remove')
      .description('Remove modules and what was generated for them, unless other modules need them')
      .argument('[modules...]', 'Names or paths of modules, at least one')
      .option('--force', 'Delete files that you wrote or edited as well')
      .option('--drop-tables', 'Write a migration that drops the tables and jobs of the modules')
      .option('--host <dir>', 'Folder of the host application; default: the current folder or one above it')
      .option(
        '--stack <stack>',
        'fastify, fastapi, the path of a template pack, or npm:<package>@<version>; default: the stack of the host',
      ),
  ).action(async (names: string[], flags) =>
    setExitCode(await (await import('../commands/life/remove.ts')).remove(io, names, flags)),
  );
}
