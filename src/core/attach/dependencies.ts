import { locksOf } from '../pack/package-manager.ts';
import type { AppFiles, FileEdit, PrintedEdit } from './application.ts';
import { addToJsonObject } from './edit-json.ts';
import { addToTomlList, addToTomlTable } from './edit-toml.ts';
import { requirementFiles } from './python/detect-python.ts';

/** The archive of the runtime that an application depends on. */
export interface RuntimeArchive {
  /** `ai-module-runtime` */
  readonly name: string;
  /** `vendor/ai-module-runtime-0.2.0.tgz`; `undefined` for a registry. */
  readonly path: string | undefined;
  /** `0.2.0-dev.2`, or `0.2.0.dev2` for Python. */
  readonly version: string;
  readonly range: string;
  /** Other packages that modules need, with their versions. */
  readonly others: Readonly<Record<string, string>>;
  /** Packages that only tests of modules need. The runtime itself with extras stands for its archive. */
  readonly testing: Readonly<Record<string, string>>;
}

/** The packages of `others` that a text does not mention, in the form of pip. */
function missingIn(text: string, { others }: RuntimeArchive): string[] {
  return Object.entries(others)
    .filter(([name]) => !new RegExp(`(?<![\\w-])${name}(?![\\w-])`, 'i').test(text))
    .map(([name, range]) => `${name}${range}`);
}

/** Adds the runtime and what modules need to a list in pyproject.toml. */
function addToProject(text: string, runtime: RuntimeArchive): string | undefined {
  const items = [projectRequirement(runtime), ...missingIn(text, runtime)];
  return items.reduce<string | undefined>(
    (edited, item) => (edited === undefined ? undefined : addToTomlList(edited, 'project', 'dependencies', item)),
    text,
  );
}

/** Poetry 2 reads the list of the project, and takes paths from its own table; before, it reads only that. */
function addToPoetry(text: string, runtime: RuntimeArchive): string | undefined {
  const table = 'tool.poetry.dependencies';
  const { name, path, range } = runtime;
  const value = path === undefined ? JSON.stringify(range) : `{ path = "${path}" }`;
  const inProject = addToProject(text, runtime);
  if (inProject !== undefined)
    return path === undefined ? inProject : addToTomlTable(inProject, table, `${name} = ${value}`);
  if (!text.includes(`[${table}]`)) return undefined;
  const others = Object.entries(runtime.others).filter(([other]) => !new RegExp(`^${other}\\s*=`, 'm').test(text));
  const lines = [`${name} = ${value}`, ...others.map(([other, version]) => `${other} = "${version}"`)];
  return lines.reduce((edited, line) => addToTomlTable(edited, table, line), text);
}

/** How the application gets to depend on the runtime. */
export interface DependencyChange {
  readonly edits: readonly FileEdit[];
  readonly printed: readonly PrintedEdit[];
  /** Resolves all dependencies together, in a copy of `copied` and the edited files. Its failure is a conflict. */
  readonly resolve: readonly string[] | undefined;
  /** Files that the command needs. */
  readonly copied: readonly string[];
  /** The command that installs the dependencies, if it is another one from now on. */
  readonly install?: string;
  /** Lock files that the command rewrites. */
  readonly locks: readonly string[];
  /** The application's folder in the workspace whose root has `locks`: `backend`. */
  readonly workspace?: string;
}

/** In the form of pip: a path, or a version range. */
function requirement({ name, path, range }: RuntimeArchive, extras = ''): string {
  return path === undefined ? `${name}${extras}${range}` : `./${path}${extras}`;
}

function projectRequirement({ name, path, version, range }: RuntimeArchive, extras = ''): string {
  return path === undefined ? `${name}${extras}${range}` : `${name}${extras}==${version}+vendored`;
}

/** The extras of the runtime that tests of modules need: `[embedded,testing]`, or nothing. */
function testingExtras({ name, testing }: RuntimeArchive): string {
  return (
    Object.keys(testing)
      .find((one) => one.startsWith(`${name}[`))
      ?.slice(name.length) ?? ''
  );
}

/** Lists of pyproject.toml with what developers need. */
const testingLists = [
  ['dependency-groups', 'dev'],
  ['dependency-groups', 'test'],
  ['dependency-groups', 'tests'],
  ['tool.uv', 'dev-dependencies'],
  ['project.optional-dependencies', 'dev'],
  ['project.optional-dependencies', 'test'],
  ['project.optional-dependencies', 'tests'],
] as const;

/** Adds what tests of modules need to a list of pyproject.toml; `undefined` if it has none for developers. */
function withTesting(text: string, runtime: RuntimeArchive): string | undefined {
  const extras = testingExtras(runtime);
  if (extras === '') return text;
  for (const [table, key] of testingLists) {
    const edited = addToTomlList(text, table, key, projectRequirement(runtime, extras));
    if (edited !== undefined) return edited;
  }
  return undefined;
}

/** In a workspace the lock file in its root is resolved. */
function inWorkspace(change: DependencyChange, manager: string, { paths, workspace }: AppFiles): DependencyChange {
  const above = locksOf(manager).filter((lock) => workspace?.locks.includes(lock));
  if (workspace === undefined || above.length === 0 || locksOf(manager).some((lock) => paths.includes(lock)))
    return change;
  return { ...change, locks: above, workspace: workspace.folder };
}

/** Adds the runtime to the dependencies of a Python application. `python` is its interpreter. */
export function pythonDependencies(
  files: AppFiles,
  manager: string,
  runtime: RuntimeArchive,
  python: string,
): DependencyChange {
  return inWorkspace(pythonChange(files, manager, runtime, python), manager, files);
}

function pythonChange(files: AppFiles, manager: string, runtime: RuntimeArchive, python: string): DependencyChange {
  const none = { edits: [], printed: [], resolve: undefined, copied: [], locks: [] };
  if (manager === 'uv') {
    const text = files.read('pyproject.toml') ?? '';
    const listed = addToProject(text, runtime);
    if (listed === undefined) return { ...none, printed: [printedFor('pyproject.toml', projectRequirement(runtime))] };
    return {
      ...none,
      edits: [{ file: 'pyproject.toml', after: withSource(withTesting(listed, runtime) ?? listed, runtime) }],
      resolve: ['uv', 'lock'],
      copied: ['pyproject.toml', 'uv.lock', '.python-version', 'README.md'],
      locks: files.paths.includes('uv.lock') ? ['uv.lock'] : [],
    };
  }
  if (manager === 'poetry') {
    const text = files.read('pyproject.toml') ?? '';
    const after = addToPoetry(text, runtime);
    return {
      ...none,
      ...(after === undefined
        ? { printed: [printedFor('pyproject.toml', projectRequirement(runtime))] }
        : { edits: [{ file: 'pyproject.toml', after }] }),
      resolve: after === undefined ? undefined : ['poetry', 'lock', '--no-interaction'],
      copied: ['pyproject.toml', 'poetry.lock', 'README.md'],
      locks: ['poetry.lock'],
    };
  }
  if (manager === 'pip') return pipDependencies(files, runtime, python);
  return {
    ...none,
    printed: [{ file: manager, reason: `${manager} is not supported`, lines: [requirement(runtime)] }],
  };
}

/** The files of pip that list what developers need, the most usual first. */
const developmentFiles = [
  'requirements-dev.txt',
  'requirements_dev.txt',
  'dev-requirements.txt',
  'requirements/dev.txt',
  'requirements/development.txt',
  'requirements/local.txt',
  'requirements-test.txt',
  'requirements/test.txt',
  'requirements/tests.txt',
];

function pipDependencies(files: AppFiles, runtime: RuntimeArchive, python: string): DependencyChange {
  const check = [
    python,
    '-m',
    'pip',
    'install',
    '--dry-run',
    '--quiet',
    '--ignore-installed',
    '--disable-pip-version-check',
  ];
  const [list] = requirementFiles(files);
  const project = files.read('pyproject.toml');
  const inProject = project && addToProject(project, runtime);
  if (list !== undefined) {
    const text = files.read(list);
    if (text === undefined) {
      const reason = 'it is not text in UTF-8';
      return {
        edits: [],
        printed: [{ file: list, reason, lines: [requirement(runtime), ...missingIn('', runtime)] }],
        resolve: undefined,
        copied: [],
        locks: [],
      };
    }
    const ending = text.includes('\r\n') ? '\r\n' : '\n';
    const extras = testingExtras(runtime);
    const dev = extras === '' ? undefined : developmentFiles.find((path) => files.read(path) !== undefined);
    // Without a list for developers, one with pytest is for them as well.
    const isForAll = dev === undefined && /^pytest\b/m.test(text);
    const added = [requirement(runtime, isForAll ? extras : ''), ...missingIn(text, runtime)];
    const withLines = (before: string, more: readonly string[]) =>
      `${before}${before === '' || before.endsWith('\n') ? '' : ending}${more.join(ending)}${ending}`;
    const testing =
      dev === undefined ? [] : [{ file: dev, after: withLines(files.read(dev) ?? '', [requirement(runtime, extras)]) }];
    // A list that uv compiled: the next run needs the runtime in its source.
    const isCompiled = inProject !== undefined && /^#.*\buv pip compile\b.*\bpyproject\.toml\b/m.test(text);
    return {
      edits: [
        { file: list, after: withLines(text, added) },
        ...testing,
        ...(isCompiled && inProject ? [{ file: 'pyproject.toml', after: withSource(inProject, runtime) }] : []),
      ],
      printed: [],
      ...(dev === undefined ? {} : { install: `pip install -r ${list} -r ${dev}` }),
      resolve: [...check, '-r', list, ...(dev === undefined ? [] : ['-r', dev])],
      copied: files.paths.filter((path) => /(^|\/)(requirements|constraints)[^/]*\.(txt|in)$/.test(path)),
      locks: [],
    };
  }
  if (!project || !inProject)
    return {
      edits: [],
      printed: [printedFor('pyproject.toml', projectRequirement(runtime))],
      resolve: undefined,
      copied: [],
      locks: [],
    };
  const others = itemsOf(project);
  const tested = withTesting(inProject, runtime);
  return {
    edits: [{ file: 'pyproject.toml', after: tested ?? inProject }],
    printed: [],
    // pip finds the archive only by its path.
    install: `pip install ${requirement(runtime)} .`,
    resolve: [...check, requirement(runtime, tested === undefined ? '' : testingExtras(runtime)), ...others],
    copied: [],
    locks: [],
  };
}

function withSource(text: string, { name, path }: RuntimeArchive): string {
  return path === undefined ? text : addToTomlTable(text, 'tool.uv.sources', `${name} = { path = "${path}" }`);
}

/** The dependencies in pyproject.toml, as arguments of pip. */
function itemsOf(project: string): string[] {
  const list = /^dependencies[ \t]*=[ \t]*\[([\s\S]*?)^\]/m.exec(project)?.[1] ?? '';
  return [...list.matchAll(/^\s*(["'])(.+?)\1/gm)].map(([, , item = '']) => item);
}

function printedFor(file: string, line: string): PrintedEdit {
  return { file, reason: 'its list of dependencies was not found', lines: [line] };
}

/** Adds the runtime, and what the tests of modules need, to package.json. */
export function nodeDependencies(files: AppFiles, manager: string, runtime: RuntimeArchive): DependencyChange {
  return inWorkspace(nodeChange(files, manager, runtime), manager, files);
}

function nodeChange(files: AppFiles, manager: string, runtime: RuntimeArchive): DependencyChange {
  const text = files.read('package.json') ?? '';
  const version = runtime.path === undefined ? runtime.range : `file:${runtime.path}`;
  let after = addToJsonObject(text, 'dependencies', runtime.name, version);
  for (const [object, packages] of [
    ['dependencies', runtime.others],
    ['devDependencies', runtime.testing],
  ] as const)
    for (const [name, range] of Object.entries(packages))
      if (after !== undefined && !new RegExp(`"${name}"\\s*:`).test(after))
        after = addToJsonObject(after, object, name, range);
  const copied = ['package.json', '.npmrc', '.yarnrc', '.yarnrc.yml', 'pnpm-workspace.yaml', '.pnpmfile.cjs'];
  const locks = locksOf(manager).filter((lock) => files.paths.includes(lock));
  if (after === undefined)
    return {
      edits: [],
      printed: [{ file: 'package.json', reason: 'its layout is unusual', lines: [`"${runtime.name}": "${version}"`] }],
      resolve: undefined,
      copied: [],
      locks: [],
    };
  return {
    edits: [{ file: 'package.json', after }],
    printed: [],
    resolve: resolving[manager],
    copied: [...copied, ...locks],
    locks,
  };
}

const resolving: Readonly<Record<string, readonly string[]>> = {
  npm: ['npm', 'install', '--package-lock-only', '--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline'],
  pnpm: ['pnpm', 'install', '--lockfile-only', '--ignore-scripts'],
  yarn: ['yarn', 'install', '--mode=update-lockfile'],
  bun: ['bun', 'install', '--lockfile-only', '--ignore-scripts'],
};
