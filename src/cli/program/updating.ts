import type { Command } from 'commander';
import type { Io } from '../../io/io.ts';
import type { ModuleFlags } from '../steps/open-modules.ts';
import { allFlag, planning, repeatable, type SetExitCode } from './flags.ts';

export function declareUpdatingCommands(
  program: Command,
  io: Io,
  setExitCode: SetExitCode,
  argv: readonly string[],
): void {
  const modulesCommand = (
    name: string,
    description: string,
    names = 'Names or paths of modules; default: all modules of the host',
  ) =>
    program
      .command(name)
      .description(description)
      .argument('[modules...]', names)
      .option(
        '--host [dir]',
        "Folder of the host application; without a folder: include the host's own files and its runtime",
      )
      .option(
        '--stack <stack>',
        'fastify, fastapi, the path of a template pack, or npm:<package>@<version>; default: the stack of the host',
      )
      .option('--host-files', "Include the host's own files and its runtime");

  planning(
    modulesCommand('update', 'Regenerate modules from their manifest and template, keeping your edits')
      .option(...allFlag)
      .option('--check', 'Write nothing; exit with 1 if anything would change')
      .option(
        '--on-conflict <how>',
        'How to resolve conflicts: markers, sidecar, ours, theirs or abort; default: markers on a terminal without --yes, else abort',
      )
      .option('--manifest-only', 'Apply changes of the manifest; refuse if the template has another version')
      .option('--restore <file>', 'Restore a file that you deleted, by its path in `status` (repeatable)', repeatable),
  ).action(async (names: string[], flags) => {
    const { inEachHost } = await import('./each-host.ts');
    const { update } = await import('../commands/update.ts');
    setExitCode(await inEachHost(io, argv, withHostFiles(flags), (hostIo, own) => update(hostIo, names, own), names));
  });

  modulesCommand('status', 'Show the state of each file: edited, outdated, both, deleted, detached or conflict')
    .option(...allFlag)
    .option('--verify-base', 'Verify that the merge base is what the template pack generates')
    .option('--json', 'Print the result as JSON on stdout')
    .option('--debug', 'Print the stack trace of an error')
    .action(async (names: string[], flags) => {
      const { inEachHost } = await import('./each-host.ts');
      const { status } = await import('../commands/status.ts');
      setExitCode(await inEachHost(io, argv, withHostFiles(flags), (hostIo, own) => status(hostIo, names, own), names));
    });

  modulesCommand('diff', 'Show what an update would change, as a diff')
    .option(...allFlag)
    .option('--template', 'Show what the template and the manifest changed since the last update')
    .option('--mine', 'Show what you changed since the last update')
    .option('--debug', 'Print the stack trace of an error')
    .action(async (names: string[], flags) => {
      const { inEachHost } = await import('./each-host.ts');
      const { diff } = await import('../commands/diff.ts');
      setExitCode(await inEachHost(io, argv, withHostFiles(flags), (hostIo, own) => diff(hostIo, names, own), names));
    });

  planning(
    program
      .command('add')
      .description('Add an endpoint, an event, fields of the input or another entry to a manifest, and update the code')
      .argument(
        '[kind]',
        'input, option, output, type, endpoint, event, subscription, payload, permission, dependency or config',
      )
      .argument(
        '[values...]',
        'Values as for the flags of `new`: "POST /reindex", ns.verb, key=value, text:string; type and payload take a name first',
      )
      .option('--input <fields>', "With endpoint: fields of its input, such as 'text:string limit?:integer=10'")
      .option('--output <fields>', 'With endpoint: fields of its output')
      .option('--permission <permission>', 'With endpoint: the permission that callers need, "ns:verb"')
      .option('--summary <text>', 'With endpoint: a sentence for the OpenAPI document')
      .option(
        '--type <name=fields>',
        "Add a type that the fields refer to, such as 'Line=text:string amount:number(0..)' (repeatable)",
        repeatable,
      )
      .option('--payload <fields>', 'With event or subscription: fields of its data')
      .option(
        '--from <file>',
        'With input, option, output, type or payload: read it from schema.json, or openapi.json#Component',
      )
      .option(
        '--module <module>',
        'Name or path of the module; default: the module of the current folder, or the only one',
      )
      .option('--host <dir>', 'Folder of the host application; default: the current folder or one above it')
      .option(
        '--stack <stack>',
        'fastify, fastapi, the path of a template pack, or npm:<package>@<version>; default: the stack of the host',
      )
      .option(
        '--on-conflict <how>',
        'How to resolve conflicts: markers, sidecar, ours, theirs or abort; default: markers on a terminal without --yes, else abort',
      ),
  ).action(async (kind: string | undefined, values: string[], flags) =>
    setExitCode(await (await import('../commands/add.ts')).add(io, kind, values, flags)),
  );

  planning(
    modulesCommand(
      'adopt',
      'Start tracking existing modules (copied, hand-written, or missing lock.yaml) so `update` can manage them',
      'Names or paths of modules, at least one',
    ),
  ).action(async (names: string[], flags) =>
    setExitCode(await (await import('../commands/adopt.ts')).adopt(io, names, withHostFiles(flags))),
  );

  planning(
    program
      .command('undo')
      .description('Revert the changes of the last update; run it again for the one before')
      .option('--host <dir>', 'Folder of the host application; default: the current folder or one above it'),
  ).action(async (flags) => setExitCode(await (await import('../commands/undo.ts')).undo(io, flags)));
}

/** `--host` without a folder means `--host-files`. */
function withHostFiles<F extends ModuleFlags>({ host, ...flags }: Omit<F, 'host'> & { host?: string | true }): F {
  return (host === true ? { ...flags, hostFiles: true } : { ...flags, ...(host !== undefined && { host }) }) as F;
}
