import type { Command } from 'commander';
import type { Io } from '../../io/io.ts';
import { planning, repeatable, type SetExitCode } from './flags.ts';

/** Declares the commands for authors of template packs. */
export function declarePackCommands(program: Command, io: Io, setExitCode: SetExitCode): void {
  const pack = program.command('pack').description('Create and check template packs').exitOverride();
  planning(
    pack
      .command('init')
      .description('Create a template pack: a copy of a bundled one, or one that extends it')
      .argument('[dir]', 'Folder to create it in', '.')
      .option('--from <stack>', 'The bundled pack: fastify or fastapi')
      .option('--extends', 'Extend the bundled pack instead of copying it: only files that differ are in the folder')
      .option(
        '--copy <file>',
        'With --extends: copy this file of the bundled pack, to change it (repeatable)',
        repeatable,
      )
      .option('--name <name>', 'Name of the pack, in kebab-case; default: the name of the folder'),
  ).action(async (dir: string, flags) =>
    setExitCode(await (await import('../commands/pack/init.ts')).packInit(io, dir, flags)),
  );
  pack
    .command('check')
    .description('Check a template pack: names, paths, escapes, and the syntax of what it renders')
    .argument('[dir]', 'Folder of the pack', '.')
    .option('--json', 'Print the result as JSON on stdout')
    .option('--debug', 'Print the stack trace of an error')
    .action(async (dir: string, flags) =>
      setExitCode(await (await import('../commands/pack/check.ts')).packCheck(io, dir, flags)),
    );
}
