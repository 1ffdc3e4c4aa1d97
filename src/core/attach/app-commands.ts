import type { AppCommand, AppCommands, AppFiles } from './application.ts';
import { nodeCommands } from './node/node-commands.ts';
import type { Detected } from './plan-attach.ts';
import { pythonCommands } from './python/python-commands.ts';

/** The keys of `commands` in ai-modules.yaml. */
type CommandStep = 'install' | 'build' | 'migrate' | 'start' | 'test';

/** Commands of ai-modules.yaml, each a list of arguments; an empty one leaves the step out. */
export type GivenCommands = { readonly [Step in CommandStep]?: readonly string[] | undefined };

/** The commands of an attached application: as given, else as its files show. */
export function commandsOf(
  files: AppFiles,
  application: Detected,
  { entry, modulesDir }: { readonly entry: string; readonly modulesDir: string },
  /** The interpreter of Python, and whether it is one of a virtual environment. */
  python: { readonly path: string; readonly isOwn: boolean },
  given: GivenCommands = {},
): AppCommands {
  const found =
    application.language === 'python'
      ? pythonCommands(files, application, entry, python)
      : nodeCommands(files, application, entry, modulesDir);
  const listOf = (step: Exclude<CommandStep, 'start'>): readonly AppCommand[] =>
    given[step] === undefined ? found[step] : commandIn(given[step]);
  return {
    ...found,
    install: listOf('install'),
    build: listOf('build'),
    migrate: listOf('migrate'),
    isMigrationUnclear: given.migrate === undefined && found.isMigrationUnclear,
    start: given.start === undefined ? found.start : commandIn(given.start)[0],
    test: listOf('test'),
  };
}

function commandIn(argv: readonly string[]): AppCommand[] {
  return argv.length === 0 ? [] : [{ argv, cwd: '' }];
}
