import { type AppCommand, type AppCommands, type AppFiles, baseName, folderName } from '../application.ts';
import { pythonServers } from '../server-commands.ts';
import { type PythonApplication, requirementFiles } from './detect-python.ts';
import { targetOf } from './entry-points.ts';
import { moduleName } from './import-names.ts';

/** How programs are run in the environment of a package manager. */
const runners: Readonly<Record<string, readonly string[]>> = {
  uv: ['uv', 'run', '--no-sync', 'python'],
  poetry: ['poetry', 'run', 'python'],
  pdm: ['pdm', 'run', 'python'],
  pipenv: ['pipenv', 'run', 'python'],
};
const installs: Readonly<Record<string, readonly string[]>> = {
  uv: ['uv', 'sync'],
  poetry: ['poetry', 'install', '--no-interaction'],
  pdm: ['pdm', 'install'],
  pipenv: ['pipenv', 'install', '--dev'],
};
/** Lists of what development needs, next to what the application needs. */
const developmentLists = [
  'requirements-dev.txt',
  'requirements_dev.txt',
  'dev-requirements.txt',
  'requirements-test.txt',
  'test-requirements.txt',
  'requirements/dev.txt',
  'requirements/development.txt',
  'requirements/test.txt',
];

export function pythonCommands(
  files: AppFiles,
  application: PythonApplication,
  entry: string,
  python: { readonly path: string; readonly isOwn: boolean },
): AppCommands {
  const { packageManager, migrations } = application;
  const run = runners[packageManager] ?? [python.path];
  const install = installs[packageManager];
  return {
    install: install === undefined ? pipInstall(files, python) : [at('', ...install)],
    build: [],
    migrate:
      migrations?.tool === 'alembic'
        ? [
            at(
              baseName(migrations.file) === 'alembic.ini' ? folderName(migrations.file) : '',
              ...run,
              ...['-m', 'alembic', 'upgrade', migrations.heads.length > 1 ? 'heads' : 'head'],
            ),
          ]
        : [],
    isMigrationUnclear: migrations !== undefined && migrations.tool !== 'alembic',
    start: startOf(files, application, entry, run),
    portVariables: ['PORT'],
    test: usesPytest(files) ? [at('', ...run, '-m', 'pytest')] : [],
    builtModules: undefined,
  };
}

function at(cwd: string, ...argv: readonly string[]): AppCommand {
  return { argv, cwd };
}

/** Into the virtual environment, which is made if there is none. */
function pipInstall(files: AppFiles, { path, isOwn }: { readonly path: string; readonly isOwn: boolean }) {
  const pip = [path, '-m', 'pip', 'install', '--quiet', '--disable-pip-version-check'];
  const [list] = requirementFiles(files);
  const development = developmentLists.find((name) => files.paths.includes(name));
  const archive = files.paths.find((name) => /^vendor\/ai_module_runtime-[^/]+\.whl$/.test(name));
  const lists = [list, development].flatMap((name) => (name === undefined ? [] : ['-r', name]));
  const project = [...(archive === undefined ? [] : [`./${archive}`]), `.${extrasOf(files)}`];
  const wanted = list === undefined ? [...project, ...(development === undefined ? [] : ['-r', development])] : lists;
  return [...(isOwn ? [] : [at('', 'python3', '-m', 'venv', '.venv')]), at('', ...pip, ...wanted)];
}

/** `[dev]`: the optional dependencies that tests need. */
function extrasOf(files: AppFiles): string {
  const table = /^\[project\.optional-dependencies\]([\s\S]*?)(?=^\[|(?![\s\S]))/m.exec(
    files.read('pyproject.toml') ?? '',
  )?.[1];
  const names = ['dev', 'development', 'test', 'tests'].filter((name) =>
    new RegExp(`^${name}[ \\t]*=`, 'm').test(table ?? ''),
  );
  return names.length === 0 ? '' : `[${names.join(',')}]`;
}

/** With uvicorn, which the runtime depends on, whatever server the image has. */
function startOf(
  files: AppFiles,
  { entries, names }: PythonApplication,
  file: string,
  run: readonly string[],
): AppCommand | undefined {
  const entry = entries.find((one) => one.file === file);
  if (entry === undefined) return undefined;
  const started = pythonServers(files).find(({ target }) => entry.reason.startsWith(`${target} is started in `));
  const target = started?.target ?? targetOf(entry, moduleName(names, entry.file));
  if (target === undefined) return undefined;
  const isFactory = started?.isFactory ?? entry.factory !== undefined;
  const options = ['--host', '127.0.0.1', '--port', '{port}', ...(isFactory ? ['--factory'] : [])];
  return at(names.root, ...run, '-m', 'uvicorn', target, ...options);
}

function usesPytest(files: AppFiles): boolean {
  const declares = files.paths.some(
    (path) =>
      /(^|\/)(pyproject\.toml|pytest\.ini|tox\.ini|setup\.cfg|Pipfile|[\w-]*requirements[\w-]*\.(txt|in))$|^requirements\//.test(
        path,
      ) && /\bpytest\b/.test(files.read(path) ?? ''),
  );
  return declares && files.paths.some((path) => /(^|\/)(test_[^/]*|[^/]*_test)\.py$/.test(path));
}
