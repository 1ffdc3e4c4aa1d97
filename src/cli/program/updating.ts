import type { Command } from 'commander';
import type { Io } from '../../io/io.ts';
import { type End, many, planning } from './flags.ts';

export function declareUpdatingCommands(program: Command, io: Io, end: End): void {
  const modulesCommand = (
    name: string,
    description: string,
    names = 'Names or paths of modules; default: all of the host',
  ) =>
    program
      .command(name)
      .description(description)
      .argument('[modules...]', names)
      .option('--host <dir>', 'Folder of the host application; default: here or above')
      .option('--stack <stack>', 'fastify, fastapi, or the path of a pack; default: what the host is')
      .option('--host-files', "The host's own files as well");

  planning(
    modulesCommand('update', 'Bring modules to what their manifests and the pack say now; what you wrote stays')
      .option('--check', 'Write nothing; exit 1 if anything would change')
      .option(
        '--on-conflict <how>',
        'markers, sidecar, ours, theirs or abort; default: markers on a terminal, else abort',
      )
      .option('--restore <file>', 'Bring back a file that you deleted, as `status` names it (repeatable)', many),
  ).action(async (names: string[], flags) =>
    end(await (await import('../commands/update.ts')).update(io, names, flags)),
  );

  modulesCommand(
    'status',
    'How each file of the modules stands: edited by you, outdated, both, deleted, detached, conflict',
  )
    .option('--verify-base', 'Render again what was rendered last, and compare')
    .option('--json', 'Print it as JSON on stdout')
    .option('--debug', 'Show where a failure comes from')
    .action(async (names: string[], flags) =>
      end(await (await import('../commands/status.ts')).status(io, names, flags)),
    );

  modulesCommand('diff', 'What an update would change, as a diff')
    .option('--template', 'What the pack and the manifest changed since the last render')
    .option('--mine', 'What you changed since the last render')
    .option('--debug', 'Show where a failure comes from')
    .action(async (names: string[], flags) => end(await (await import('../commands/diff.ts')).diff(io, names, flags)));

  planning(
    program
      .command('add')
      .description(
        'Add to a manifest, and bring the code along: event, subscription, permission, endpoint, dependency, config',
      )
      .argument('[kind]', 'What to add')
      .argument('[values...]', 'As the flags of `new` take them: "ns.verb", "POST /reindex", key=value')
      .option('--module <module>', 'Name or path of the module; default: the one you are in, or the only one')
      .option('--host <dir>', 'Folder of the host application; default: here or above')
      .option('--stack <stack>', 'fastify, fastapi, or the path of a pack; default: what the host is')
      .option(
        '--on-conflict <how>',
        'markers, sidecar, ours, theirs or abort; default: markers on a terminal, else abort',
      ),
  ).action(async (kind: string | undefined, values: string[], flags) =>
    end(await (await import('../commands/add.ts')).add(io, kind, values, flags)),
  );

  planning(
    modulesCommand(
      'adopt',
      'Make modules updatable that have no base: copied, written by hand, or their lock is lost',
      'Names or paths of modules; at least one',
    ),
  ).action(async (names: string[], flags) => end(await (await import('../commands/adopt.ts')).adopt(io, names, flags)));

  planning(
    program
      .command('undo')
      .description('Put back what the last update changed')
      .option('--host <dir>', 'Folder of the host application; default: here or above'),
  ).action(async (flags) => end(await (await import('../commands/undo.ts')).undo(io, flags)));
}
