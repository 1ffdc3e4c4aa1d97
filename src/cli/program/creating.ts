import type { Command } from 'commander';
import type { Io } from '../../io/io.ts';
import { type End, many } from './flags.ts';
import { mustNotMeanCommand } from './reserved-names.ts';

export function declareNew(program: Command, io: Io, end: End): void {
  program
    .command('new', { isDefault: true })
    .description('Generate a module into a host application (the default command)')
    .argument('[name]', 'Name of the module: snake_case')
    .option('--stack <stack>', 'fastify, fastapi, or the path of a pack; default: what the host is')
    .option('--host <dir>', 'Folder of the host application; default: here or above')
    .option('--from <manifest>', 'Start from an existing manifest.yaml')
    .option('--answers <file>', 'Read answers from a YAML file')
    .option('--description <text>', 'What the module does')
    .option('--author <name>', 'Who wrote it; default: git config user.name')
    .option('--endpoint <endpoint>', 'An endpoint beyond the standard six, "POST /reindex" (repeatable)', many)
    .option('--permission <permission>', 'A further permission, "ns:verb" (repeatable)', many)
    .option('--emit <event>', 'A further event it emits, "ns.verb" (repeatable)', many)
    .option('--subscribe <event>', 'A further event it handles, "ns.verb" (repeatable)', many)
    .option(
      '--config <key=value>',
      'A configuration key; the value may be {type: integer, minimum: 1} (repeatable)',
      many,
    )
    .option('--dependency <name>', 'A service, module:<name> or package it needs (repeatable)', many)
    .option('--provider <provider>', 'Where the work is done: local or openai')
    .option('--cpu <quantity>', 'CPUs as in Kubernetes, "1" or "500m"')
    .option('--memory <quantity>', 'Memory as in Kubernetes, "512Mi"')
    .option('--max-concurrent-jobs <count>', 'Jobs one worker runs at once')
    .option('--class-name <name>', 'Class of the module; default: made from the name')
    .option('--module-version <version>', 'Version of the module; default: 1.0.0')
    .option('-y, --yes', 'Take defaults for what is not given, and write without asking')
    .option('--dry-run', 'Show the plan and write nothing, even with --yes')
    .option('--diff', 'Show the files as a diff; write with --yes only')
    .option('--json', 'Print the plan as JSON on stdout; write with --yes only')
    .option('--verify', "Run the new module's own tests afterwards")
    .option('--debug', 'Show where a failure comes from')
    .action(async (name: string | undefined, flags) => {
      if (name !== undefined && program.args[0] !== 'new') mustNotMeanCommand(name);
      end(await (await import('../commands/new.ts')).newModule(io, name, flags));
    });
}

export function declareHostCommands(program: Command, io: Io, end: End): void {
  const host = program.command('host').description('Host applications').exitOverride();
  host
    .command('init')
    .description('Make a host application that modules run in')
    .argument('[dir]', 'Folder to make it in', '.')
    .option('--stack <stack>', 'fastify, fastapi, or the path of a pack')
    .option('-y, --yes', 'Take defaults for what is not given, and write without asking')
    .option('--dry-run', 'Show the plan and write nothing, even with --yes')
    .option('--diff', 'Show the files as a diff; write with --yes only')
    .option('--json', 'Print the plan as JSON on stdout; write with --yes only')
    .option('--debug', 'Show where a failure comes from')
    .action(async (dir: string, flags) =>
      end(await (await import('../commands/host-init.ts')).hostInit(io, dir, flags)),
    );
}
