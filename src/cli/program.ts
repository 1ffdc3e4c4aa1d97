import { Command, CommanderError } from 'commander';
import { Failure } from '../core/failure.ts';
import type { Io } from '../io/io.ts';
import { type ExitCode, exit } from './exit.ts';
import { mustNotMeanCommand } from './meant-command.ts';
import { version } from './version.ts';

/** Runs what the arguments say. Throws what its command throws, and `usage` where they say nothing sensible. */
export async function runProgram(argv: readonly string[], io: Io): Promise<ExitCode> {
  let code: ExitCode = exit.done;
  const program = buildProgram(io, (ended) => {
    code = ended;
  });
  try {
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
    code === 'commander.excessArguments' ? ' The command comes first; a text with spaces goes in quotes.' : '';
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}${advice}`;
}

const many = (value: string, before: readonly string[] = []): readonly string[] => [...before, value];

/** Every command and flag of the tool; what a command does is imported when it runs. */
export function buildProgram(io: Io, end: (code: ExitCode) => void): Command {
  const program = new Command('create-ai-module')
    .description('Scaffold AI modules that run, are tested and stay up to date, inside a host application.')
    .version(version, '-v, --version', 'Print the version')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => io.out.write(text),
      writeErr: (text) => io.err.write(text),
      outputError: () => {},
    })
    .addHelpText(
      'after',
      '\nExit codes: 0 done, 1 findings, 2 you must change something, 3 the machine refused, 70 a bug, 130 cancelled.',
    );

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
    .option('--dry-run', 'Show the plan and write nothing')
    .option('--diff', 'Show the files as a diff')
    .option('--json', 'Print the plan as JSON on stdout')
    .option('--verify', "Run the new module's own tests afterwards")
    .option('--debug', 'Show where a failure comes from')
    .action(async (name: string | undefined, flags) => {
      if (name !== undefined && program.args[0] !== 'new') mustNotMeanCommand(name, namesOf(program));
      end(await (await import('./commands/new.ts')).newModule(io, name, flags));
    });

  const host = program.command('host').description('Host applications').exitOverride();
  host
    .command('init')
    .description('Make a host application that modules run in')
    .argument('[dir]', 'Folder to make it in', '.')
    .option('--stack <stack>', 'fastify, fastapi, or the path of a pack')
    .option('-y, --yes', 'Take defaults for what is not given, and write without asking')
    .option('--dry-run', 'Show the plan and write nothing')
    .option('--diff', 'Show the files as a diff')
    .option('--json', 'Print the plan as JSON on stdout')
    .option('--debug', 'Show where a failure comes from')
    .action(async (dir: string, flags) =>
      end(await (await import('./commands/host-init.ts')).hostInit(io, dir, flags)),
    );

  program
    .command('validate')
    .description('Check manifests; without paths, every manifest of the host')
    .argument('[paths...]', 'Manifests or folders of modules')
    .option('--host <dir>', 'Folder of the host application; default: here or above')
    .option('--format <format>', 'pretty or json', 'pretty')
    .option('--json', 'The same as --format json')
    .option('--debug', 'Show where a failure comes from')
    .action(async (paths: string[], flags) =>
      end(await (await import('./commands/validate.ts')).validate(io, paths, flags)),
    );

  const modulesCommand = (name: string, description: string, names = 'Names of modules; default: all of the host') =>
    program
      .command(name)
      .description(description)
      .argument('[modules...]', names)
      .option('--host <dir>', 'Folder of the host application; default: here or above')
      .option('--stack <stack>', 'fastify, fastapi, or the path of a pack; default: what the host is');

  planning(
    modulesCommand('update', 'Bring modules to what their manifests and the pack say now; what you wrote stays')
      .option('--check', 'Write nothing; exit 1 if anything would change')
      .option(
        '--on-conflict <how>',
        'markers, sidecar, ours, theirs or abort; default: markers on a terminal, else abort',
      )
      .option('--restore <file>', 'Bring back a file that you deleted, as `status` names it (repeatable)', many),
  ).action(async (names: string[], flags) =>
    end(await (await import('./commands/update.ts')).update(io, names, flags)),
  );

  modulesCommand(
    'status',
    'How each file of the modules stands: edited by you, outdated, both, deleted, detached, conflict',
  )
    .option('--json', 'Print it as JSON on stdout')
    .option('--debug', 'Show where a failure comes from')
    .action(async (names: string[], flags) =>
      end(await (await import('./commands/status.ts')).status(io, names, flags)),
    );

  modulesCommand('diff', 'What an update would change, as a diff')
    .option('--template', 'What the pack and the manifest changed since the last render')
    .option('--mine', 'What you changed since the last render')
    .option('--debug', 'Show where a failure comes from')
    .action(async (names: string[], flags) => end(await (await import('./commands/diff.ts')).diff(io, names, flags)));

  planning(
    program
      .command('add')
      .description(
        'Add to a manifest, and bring the code along: event, subscription, permission, endpoint, dependency, config',
      )
      .argument('[kind]', 'What to add')
      .argument('[values...]', 'As the flags of `new` take them: "ns.verb", "POST /reindex", key=value')
      .option('--module <name>', 'The module to add it to')
      .option('--host <dir>', 'Folder of the host application; default: here or above')
      .option('--stack <stack>', 'fastify, fastapi, or the path of a pack; default: what the host is')
      .option(
        '--on-conflict <how>',
        'markers, sidecar, ours, theirs or abort; default: markers on a terminal, else abort',
      ),
  ).action(async (kind: string | undefined, values: string[], flags) =>
    end(await (await import('./commands/add.ts')).add(io, kind, values, flags)),
  );

  planning(
    modulesCommand(
      'adopt',
      'Make modules updatable that have no base: copied, written by hand, or their lock is lost',
      'Names of modules; at least one',
    ),
  ).action(async (names: string[], flags) => end(await (await import('./commands/adopt.ts')).adopt(io, names, flags)));

  planning(
    program
      .command('undo')
      .description('Put back what the last update changed')
      .option('--host <dir>', 'Folder of the host application; default: here or above'),
  ).action(async (flags) => end(await (await import('./commands/undo.ts')).undo(io, flags)));

  return program;
}

function namesOf(program: Command): string[] {
  return [...program.commands.map((command) => command.name()), 'help'];
}

/** The flags of what shows a plan before it writes. */
function planning(command: Command): Command {
  return command
    .option('-y, --yes', 'Write without asking')
    .option('--dry-run', 'Show the plan and write nothing')
    .option('--diff', 'Show the files as a diff')
    .option('--json', 'Print the plan as JSON on stdout')
    .option('--debug', 'Show where a failure comes from');
}
