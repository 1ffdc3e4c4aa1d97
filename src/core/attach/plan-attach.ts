import { pythonStatements } from '../code/python/parse-python.ts';
import { typescriptStatements } from '../code/typescript/parse-typescript.ts';
import type { PortsContext } from '../pack/render-host.ts';
import type {
  AppCommand,
  AppCommands,
  AppFiles,
  EntryPoint,
  FileEdit,
  ImportedName,
  PrintedEdit,
  Refusal,
  UserSource,
} from './application.ts';
import { findIn, folderName, pathOf } from './application.ts';
import { addDependencies, resolutionOf, withoutTesting } from './dependencies.ts';
import type { DependencyChange, Resolution, RuntimeArchive } from './dependency-change.ts';
import { editDockerfiles } from './docker.ts';
import { editDockerignores } from './dockerignore.ts';
import type { AttachChoices, AttachDraft } from './draft.ts';
import type { Build } from './node/build.ts';
import { detectNode, type NodeApplication, nodeManager } from './node/detect-node.ts';
import { nodeCommands } from './node/node-commands.ts';
import { modulesBuild, planNode, withModulesBuild } from './node/plan-node.ts';
import { skipModules } from './node/test-runner.ts';
import { prefixAfterVariable, prefixInUse } from './prefix-in-use.ts';
import {
  defaultPythonDir,
  detectPython,
  type PythonApplication,
  pythonManager,
  requirementFiles,
} from './python/detect-python.ts';
import { editPythonEntry } from './python/edit-entry.ts';
import { editMigrationEnvironment } from './python/edit-migration-environment.ts';
import type { PythonEntry } from './python/entry-points.ts';
import { type ImportNames, isRelative, specifierOf } from './python/import-names.ts';
import { linterNotes, usesRuff } from './python/linters.ts';
import { pythonCommands } from './python/python-commands.ts';

export { planRevision, planRevisions, revisionFiles } from './migrations/plan-revisions.ts';
export { definesName } from './python/read-python.ts';

/** An application that can be attached, of any language. */
export type Detected = PythonApplication | NodeApplication;

/** Reads the application in a folder; `undefined` if there is none that is known. `entry` is the one that the user chose. */
export function detectApplication(files: AppFiles, entry?: string): Detected | undefined {
  return detectPython(files, entry) ?? detectNode(files);
}

/** The folder for the modules, if the user chooses none. */
export function defaultDir(application: Detected, entry: EntryPoint): string {
  return application.language === 'python' ? defaultPythonDir(application, entry) : application.dirFor(entry);
}

/** Whether a text is one expression without an assignment, in the language of the application. */
export function isCondition({ language }: Detected, text: string): boolean {
  const { all } = (language === 'python' ? pythonStatements : typescriptStatements)(`x = (${text})\n`);
  const isOne = all.length === 1 && all[0]?.isBroken === false;
  return isOne && !/[;\n]|(?<![=!<>])=(?![=>])/.test(text.replace(/(['"]).*?\1/g, ''));
}

/** Why the application cannot be attached as the user wants it. */
export function refusalOf(files: AppFiles, application: Detected, choices: AttachChoices): Refusal | undefined {
  const { migrations, dir, database } = choices;
  const heads = application.migrations?.heads ?? [];
  if (migrations === 'app' && application.migrations === undefined)
    return { reason: 'No migrations of the application were found', alternative: 'Omit --migrations app' };
  if (migrations === 'app' && database === undefined)
    return {
      reason: 'The migrations of the application are not for the database of the modules',
      alternative: 'Omit --migrations app, or pass --database app',
    };
  if (migrations === 'app' && heads.length > 1)
    return {
      reason: `The migrations have several heads: ${heads.join(', ')}`,
      alternative: 'Merge them with `alembic merge heads`, or omit --migrations app',
    };
  if (files.paths.some((path) => path.startsWith(`${dir}/`)))
    return {
      reason: `${dir} exists already`,
      alternative:
        'Pass another folder with --dir, or rename this one: modules of an earlier attachment can be moved back afterwards',
    };
  const root = application.language === 'node' ? rootWithout(application.buildOf(choices.entry.file), dir) : undefined;
  if (root !== undefined)
    return {
      reason: `${dir} is outside of ${root}, which is compiled`,
      alternative: `Pass a folder in ${root} with --dir`,
    };
  const used = prefixInUse(files, choices.prefix);
  if (used)
    return {
      reason: `${used.file}:${used.line} has a route below ${choices.prefix}, which the guest would answer`,
      alternative: 'Pass another prefix with --prefix',
    };
  return undefined;
}

/** The folder that TypeScript compiles, if another one is not in it: one outside would move everything in the output. */
function rootWithout({ script, root }: Build, dir: string): string | undefined {
  return script !== undefined && root && !`${dir}/`.startsWith(`${root}/`) ? root : undefined;
}

/** How the application gets to depend on the runtime. */
export function dependencyChange(
  files: AppFiles,
  application: Detected,
  choices: AttachChoices,
  archive: RuntimeArchive,
  python: string,
): DependencyChange {
  const change = addDependencies(files, application, archive, python);
  if (application.language === 'python') return change;
  return withTestRunner(withBuild(change, application, choices), files, application, choices);
}

/** The change without what only tests of modules need, whose lines are printed. */
export function changeWithoutTesting(
  files: AppFiles,
  application: Detected,
  choices: AttachChoices,
  archive: RuntimeArchive,
  python: string,
): DependencyChange {
  const [complete, reduced] = [archive, { ...archive, testing: {} }].map((one) =>
    dependencyChange(files, application, choices, one, python),
  );
  return withoutTesting(files, complete as DependencyChange, reduced as DependencyChange);
}

/** How the lock file is written again after the dependency file was restored. */
export function lockChange(files: AppFiles, language: Detected['language']): Resolution {
  const packageManager = language === 'python' ? pythonManager(files).name : nodeManager(files);
  return resolutionOf(files, { language, packageManager });
}

/** Lets the build script of package.json build the modules as well. */
function withBuild(
  change: DependencyChange,
  application: NodeApplication,
  { entry, dir }: AttachChoices,
): DependencyChange {
  const build = application.buildOf(entry.file);
  const [edit] = change.edits;
  if (build.script === undefined) return change;
  const after = edit && withModulesBuild(edit.after, build, dir);
  if (edit !== undefined && after !== undefined) return { ...change, edits: [{ ...edit, after }] };
  const line = `"${build.script}": "… && ${modulesBuild(build, dir)}"`;
  return {
    ...change,
    printed: [...change.printed, { file: 'package.json', reason: 'its layout is unusual', lines: [line] }],
  };
}

/** Keeps the tests of modules away from the application's own, also if package.json configures them. */
function withTestRunner(
  change: DependencyChange,
  files: AppFiles,
  { package: declared }: NodeApplication,
  { dir }: AttachChoices,
): DependencyChange {
  const manifest = change.edits[0]?.after ?? files.read('package.json') ?? '';
  const found = skipModules(files, declared, manifest, pathOf(dir, 'modules'));
  const edits = found.filter((one): one is FileEdit => 'after' in one);
  const isReplaced = ({ file }: FileEdit) => edits.some((edit) => edit.file === file);
  return {
    ...change,
    edits: [...change.edits.filter((edit) => !isReplaced(edit)), ...edits],
    printed: [...change.printed, ...found.filter((one): one is PrintedEdit => 'lines' in one)],
  };
}

/** Plans the attachment. The same files and choices give the same draft. */
export function planAttach(
  files: AppFiles,
  application: Detected,
  choices: AttachChoices,
  /** The path of the archive; `undefined` for a registry. */
  vendor: string | undefined,
): AttachDraft {
  const draft =
    application.language === 'python' ? planPython(files, application, choices) : planNode(files, application, choices);
  const isProject = application.packageManager === 'pip' && requirementFiles(files).length === 0;
  const images =
    vendor === undefined
      ? []
      : editDockerfiles(files, {
          language: application.language,
          folder: folderName(vendor),
          ...(isProject && { project: vendor }),
        });
  return {
    ...draft,
    edits: [
      ...draft.edits,
      ...images.filter((one) => 'after' in one),
      ...editDockerignores(files, {
        entry: choices.entry.file,
        dir: choices.dir,
        archive: vendor === undefined ? undefined : { path: vendor, versions: anyVersionOf(vendor) },
      }),
      ...(vendor === undefined ? [] : keepArchive(files, vendor)),
    ],
    printed: [...draft.printed, ...images.filter((one): one is PrintedEdit => 'lines' in one)],
    notes: [...draft.notes, ...commonNotes(files, choices, vendor)],
  };
}

/** The path of the archive, of every version. */
function anyVersionOf(vendor: string): string {
  return vendor.replace(/-\d.*(\.\w+)$/, '-*$1');
}

/** Lets git keep the archive, if `.gitignore` names its file type. */
function keepArchive(files: AppFiles, vendor: string): FileEdit[] {
  const text = files.read('.gitignore') ?? '';
  const line = /^(?:\*\*\/)?\*\.(?:tgz|whl)[ \t]*\r?$/m.exec(text);
  if (line === null) return [];
  const end = line.index + line[0].replace(/\r$/, '').length;
  const ending = text.includes('\r\n') ? '\r\n' : '\n';
  return [{ file: '.gitignore', after: `${text.slice(0, end)}${ending}!${anyVersionOf(vendor)}${text.slice(end)}` }];
}

function commonNotes(
  files: AppFiles,
  { database, migrations, prefix }: AttachChoices,
  vendor: string | undefined,
): string[] {
  const route = prefixAfterVariable(files, prefix);
  const ignored = vendor === undefined ? undefined : findIn(files, '.gitignore', /^\/?(?:\*\*\/)?vendor\/?[ \t]*\r?$/m);
  return [
    ...(vendor !== undefined && ignored
      ? [
          `.gitignore:${ignored.line} ignores the archive: replace that line with vendor/* and !${anyVersionOf(vendor)}.`,
        ]
      : []),
    ...(route
      ? [
          `${route.file}:${route.line} has a route with a variable before ${prefix}. If the variable can be empty, pass another prefix with --prefix.`,
        ]
      : []),
    ...(database ? [] : ['The modules use a database of their own: set AI_DATABASE_URL to one of PostgreSQL.']),
    ...(migrations === 'app'
      ? ['The runtime creates no tables: run the migrations of the application before you start it.']
      : []),
  ];
}

function planPython(files: AppFiles, application: PythonApplication, choices: AttachChoices): AttachDraft {
  const { names } = application;
  const { dir, prefix, migrations, user, database } = choices;
  const entry = application.entries.find(({ id }) => id === choices.entry.id);
  const edit = entry && editPythonEntry(files, entry, names, dir);
  const schemas = database && application.migrations?.includesSchemas;
  const environment = schemas === undefined ? undefined : editMigrationEnvironment(files, schemas);
  const file = pathOf(dir, 'host.py');
  const relative = isRelative(files, names, choices.entry.file);
  const wanted: ImportedName[] = [
    ...(database?.imports ?? []),
    ...(user ? [{ file: user.file, name: user.name }] : []),
  ];
  const ports: PortsContext = {
    imports: importLines(wanted, (one) => specifierOf(names, file, one.file, relative)),
    database: database?.expression ?? null,
    user: user ? userContext(user, choices.admin) : null,
    kind: 'dependency',
    cookies: false,
  };
  return {
    attached: {
      framework: application.framework,
      entry: choices.entry.file,
      dir,
      prefix,
      migrations,
      module_kind: 'esm',
      ports,
      test:
        entry && edit && 'after' in edit
          ? testContext(entry, pathOf(dir, 'test_attachment.py'), names, relative)
          : null,
      ruff: usesRuff(files),
    },
    edits: [edit, environment].filter((one): one is FileEdit => one !== undefined && 'after' in one),
    printed: [edit, environment].filter((one): one is PrintedEdit => one !== undefined && 'lines' in one),
    notes: [
      ...application.notes,
      ...linterNotes(files, dir),
      ...(user ? [] : [`No function that returns the user of a request was found: write authenticate in ${file}.`]),
      ...(user && choices.admin === undefined
        ? [`No user is an administrator: set is_admin in ${file}, or attach with --admin.`]
        : []),
    ],
  };
}

/** How a test gets the application; null if its name or factory can't be imported, or the factory needs arguments. */
function testContext(
  { file, name, factory, isImportable }: PythonEntry,
  test: string,
  names: ImportNames,
  relative: boolean,
): { imports: string[]; application: string } | null {
  const imported = factory ?? name;
  if (!isImportable || imported === undefined) return null;
  const wanted = [
    { file, name: imported },
    { file: test.replace(/[^/]*$/, 'attachment.py'), name: 'guest' },
  ];
  const imports = importLines(wanted, (one) => specifierOf(names, test, one.file, relative));
  return { imports, application: factory === undefined ? imported : `${factory}()` };
}

function userContext({ name, idField, isMapping }: UserSource, admin: string | undefined): PortsContext['user'] {
  return { name, id: isMapping ? `user["${idField}"]` : `user.${idField}`, admin: admin ?? 'False' };
}

/** One sorted line for each file. */
function importLines(wanted: readonly ImportedName[], specifier: (one: ImportedName) => string): string[] {
  const byFile = new Map<string, Set<string>>();
  for (const one of wanted) {
    const from = specifier(one);
    const name = one.alias === undefined ? one.name : `${one.name} as ${one.alias}`;
    byFile.set(from, (byFile.get(from) ?? new Set()).add(name));
  }
  return [...byFile]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([from, names]) => `from ${from} import ${[...names].sort().join(', ')}`);
}

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
