import type { Command } from 'commander';
import type { Io } from '../../io/io.ts';
import { planning, repeatable, type SetExitCode } from './flags.ts';
import { assertNotCommand } from './reserved-names.ts';

export function declareNew(program: Command, io: Io, setExitCode: SetExitCode): void {
  program
    .command('new', { isDefault: true })
    .description('Generate a module in a host application (the default command)')
    .argument('[name]', 'Name of the module, in snake_case')
    .option(
      '--stack <stack>',
      'fastify, fastapi, the path of a template pack, or npm:<package>@<version>; default: the stack of the host',
    )
    .option('--host <dir>', 'Folder of the host application; default: the current folder or one above it')
    .option('--from <manifest>', 'Start from an existing manifest.yaml')
    .option('--answers <file>', 'Read answers from a YAML file')
    .option('--description <text>', 'What the module does')
    .option('--author <name>', 'Author of the module; default: git config user.name')
    .option('--input <fields>', "Fields of the input, such as 'text:string language?:en|fr=en'")
    .option('--options <fields>', 'Fields of the options, in the same notation')
    .option('--output <fields>', 'Fields of the output, in the same notation')
    .option(
      '--type <name=fields>',
      "Add a type that fields refer to, such as 'Line=text:string amount:number(0..)' (repeatable)",
      repeatable,
    )
    .option('--input-from <file>', 'Read the type of the input from schema.json, or openapi.json#Component')
    .option('--output-from <file>', 'Read the type of the output from schema.json, or openapi.json#Component')
    .option(
      '--endpoint <endpoint>',
      'Add an endpoint to the standard ones, such as "POST /reindex" (repeatable)',
      repeatable,
    )
    .option('--permission <permission>', 'Add a permission, "ns:verb" (repeatable)', repeatable)
    .option('--emit <event>', 'Add an event that the module emits, "ns.verb" (repeatable)', repeatable)
    .option('--subscribe <event>', 'Add an event that the module handles, "ns.verb" (repeatable)', repeatable)
    .option(
      '--config <key=value>',
      'Add a setting; the value may be {type: integer, minimum: 1} (repeatable)',
      repeatable,
    )
    .option('--dependency <name>', 'Add a dependency: a service, module:<name> or a package (repeatable)', repeatable)
    .option('--provider <provider>', 'Provider that runs the jobs: local, openai, or sample for a module with types')
    .option(
      '--without <entry>',
      'Leave out a standard endpoint, permission or event, such as "GET /list" (repeatable)',
      repeatable,
    )
    .option('--cpu <quantity>', 'CPUs in Kubernetes notation, "1" or "500m"')
    .option('--memory <quantity>', 'Memory in Kubernetes notation, "512Mi"')
    .option('--max-concurrent-jobs <count>', 'Number of jobs that run at the same time, over all processes')
    .option('--class-name <name>', 'Class of the module; default: derived from the name')
    .option('--module-version <version>', 'Version of the module; default: 1.0.0')
    .option('-y, --yes', 'Use defaults for missing answers, and write without asking')
    .option('--dry-run', 'Show the plan and write nothing, even with --yes')
    .option('--diff', 'Show the files as a diff; write only with --yes')
    .option('--json', 'Print the plan as JSON on stdout; write only with --yes')
    .option('--verify', 'Run the tests of the new module afterwards')
    .option('--debug', 'Print the stack trace of an error')
    .action(async (name: string | undefined, flags) => {
      if (name !== undefined && program.args[0] !== 'new') assertNotCommand(name);
      setExitCode(await (await import('../commands/new.ts')).newModule(io, name, flags));
    });
}

export function declareHostCommands(program: Command, io: Io, setExitCode: SetExitCode): void {
  const host = program
    .command('host')
    .description('Create host applications, attach existing ones, and export the data of old ones')
    .exitOverride();
  host
    .command('init')
    .description('Create a host application, in which modules run')
    .argument('[dir]', 'Folder to create it in', '.')
    .option('--stack <stack>', 'fastify, fastapi, the path of a template pack, or npm:<package>@<version>')
    .option(
      '--runtime <source>',
      'Where the host gets the runtime from: vendored (an archive in vendor/) or registry; default: vendored',
    )
    .option('-y, --yes', 'Use defaults for missing answers, and write without asking')
    .option('--dry-run', 'Show the plan and write nothing, even with --yes')
    .option('--diff', 'Show the files as a diff; write only with --yes')
    .option('--json', 'Print the plan as JSON on stdout; write only with --yes')
    .option('--debug', 'Print the stack trace of an error')
    .action(async (dir: string, flags) =>
      setExitCode(await (await import('../commands/host-init.ts')).hostInit(io, dir, flags)),
    );
  host
    .command('attach')
    .description('Make an existing application a host, in which modules run as a guest')
    .argument('[dir]', 'Folder of the application', '.')
    .option(
      '--entry <file>',
      'File that creates the application object, such as app/main.py:app, or what a Python server starts, such as app.main:app; default: as detected',
    )
    .option(
      '--user <function>',
      'Function that returns the user of a request, such as app/deps.py:get_current_user, or none; default: as detected',
    )
    .option('--admin <expression>', 'When `user` is an administrator, such as user.is_superuser; default: as detected')
    .option(
      '--database <source>',
      'app: the database of the application; own: the one of AI_DATABASE_URL; default: app if it is PostgreSQL',
    )
    .option(
      '--migrations <source>',
      "Creates the tables: runtime, or app for revisions of the application's migrations; default: runtime",
    )
    .option('--prefix <path>', 'Path that everything of the modules is served below; default: /ai')
    .option(
      '--dir <folder>',
      'Folder for the modules and the ports file; default: ai in the package of the application',
    )
    .option(
      '--runtime <source>',
      'Where the application gets the runtime from: vendored (an archive in vendor/) or registry; default: vendored',
    )
    .option('--no-resolve', 'Change the dependency file, but do not run the package manager')
    .option(
      '--verify',
      'Install, migrate and start the application, run a job of a module, and run the tests of the application; also later',
    )
    .option('-y, --yes', 'Use defaults for missing answers, and write without asking')
    .option('--dry-run', 'Show the plan and write nothing, even with --yes')
    .option('--diff', 'Show the files as a diff; write only with --yes')
    .option('--json', 'Print the plan as JSON on stdout; write only with --yes')
    .option('--debug', 'Print the stack trace of an error')
    .action(async (dir: string, flags) =>
      setExitCode(await (await import('../commands/host-attach.ts')).hostAttach(io, dir, flags)),
    );
  planning(
    host
      .command('detach')
      .description('Remove the guest from an attached application, keeping files that you edited')
      .argument('[dir]', 'Folder of the application', '.')
      .option('--no-resolve', 'Do not run the package manager'),
  ).action(async (dir: string, flags) =>
    setExitCode(await (await import('../commands/host-detach.ts')).hostDetach(io, dir, flags)),
  );
  host
    .command('export-data')
    .description('Export the data of an embedded host of version 0.1, before `update --host`')
    .argument('[dir]', 'Folder of the host application', '.')
    .option('--data-dir <dir>', 'Folder of the data; default: AI_DATA_DIR or DATA_DIR, also from .env, else .data')
    .option('--debug', 'Print the stack trace of an error')
    .action(async (dir: string, flags) =>
      setExitCode(await (await import('../commands/export-data.ts')).exportData(io, dir, flags)),
    );
}
