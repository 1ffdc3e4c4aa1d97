import {
  type AppFiles,
  type Application,
  baseName,
  type EntryPoint,
  type Evidence,
  type Fact,
  findIn,
  folderName,
  pathOf,
} from '../application.ts';
import { pythonServers } from '../server-commands.ts';
import { alembicMigrations, pythonDatabase } from './database.ts';
import { type PythonEntry, pythonEntries, rankOf, targetOf } from './entry-points.ts';
import { type ImportNames, importNames, moduleName } from './import-names.ts';
import { pythonCode } from './read-python.ts';
import { pythonUsers } from './users.ts';

export interface PythonApplication extends Application {
  readonly language: 'python';
  readonly entries: readonly PythonEntry[];
  readonly names: ImportNames;
}

const oldestSupported = [3, 11] as const;

/** Web frameworks without ASGI. */
const synchronous: readonly (readonly [RegExp, string])[] = [
  [/^\s*["']?flask\b/im, 'Flask'],
  [/^\s*["']?django\b/im, 'Django'],
  [/^\s*["']?bottle\b/im, 'Bottle'],
  [/^\s*["']?pyramid\b/im, 'Pyramid'],
];

/** Reads a Python application; `undefined` if the folder has none. `chosen` is its entry point, as the user names it. */
export function detectPython(files: AppFiles, chosen?: string): PythonApplication | undefined {
  const declaring = files.paths.filter((path) => isDependencyFile(path) && path.split('/').length <= 2);
  const first = pythonEntries(pythonCode(files, ''), { root: '', others: [], possible: [] }, []);
  if (first.length === 0 && declaring.length === 0) return undefined;
  const commands = pythonServers(files);
  const entry = first.find(({ id, file }) => chosen === id || chosen === file) ?? first[0];
  const started = commands.map(({ target }) => target);
  const names = importNames(files, entry?.file ?? '', chosen === undefined ? started : [chosen, ...started]);
  const modules = entry === undefined ? [] : [moduleName(names, entry.file), ...names.possible];
  const targets = modules.flatMap((module) => (entry && targetOf(entry, module)) ?? []);
  const code = pythonCode(files, names.root);
  const entries = pythonEntries(code, names, commands).map((one) => ({
    ...one,
    target: targetOf(one, moduleName(names, one.file)),
  }));
  const framework = dependencyOn(files, declaring, /^\s*["']?fastapi(?=[^\w-]|$)/im);
  // Other applications may have lists of Python packages, too.
  if (entries.length === 0 && framework === undefined && wsgiIn(files, declaring) === undefined) return undefined;
  const database = pythonDatabase(code);
  const migrations = alembicMigrations(files);
  const users = pythonUsers(code);
  const manager = pythonManager(files);
  const workers = commands.find((command) => command.workers > 1);
  const facts: Fact[] = [
    ...((framework ?? entries[0]) ? [fact('framework', 'FastAPI', [framework ?? entries[0]])] : []),
    ...(entries[0] ? [fact('application', `${entries[0].id} (${entries[0].reason})`, [entries[0]])] : []),
    ...(entries[0] ? [fact('import name', importFact(names, entries[0].file), [])] : []),
    ...(workers ? [fact('processes', `${workers.workers} workers share the database`, [workers])] : []),
    ...(users[0] ? [fact('user', users[0].name, [users[0]])] : []),
    ...(users[0]?.admin ? [fact('administrators', users[0].admin.expression, [users[0].admin])] : []),
    ...(database ? [fact('database', `${database.dialect ?? 'unknown'}, ${database.expression}`, [database])] : []),
    ...(migrations ? [fact('migrations', `alembic${headsText(migrations.heads)}`, [migrations])] : []),
    fact('package manager', manager.name, manager.file === undefined ? [] : [{ file: manager.file, line: 1 }]),
  ];
  return {
    language: 'python',
    stack: 'fastapi',
    framework: 'fastapi',
    facts,
    refusal: refusalOf(files, declaring, entries),
    entries,
    isEntryClear:
      entries.length === 1 || (entries[0] !== undefined && rankOf(entries[0]) > rankOf(entries[1] as PythonEntry)),
    users,
    database,
    migrations,
    packageManager: manager.name,
    installs:
      installs[manager.name] ?? (manager.file?.endsWith('.txt') ? `pip install -r ${manager.file}` : 'pip install .'),
    targets,
    notes: notesOf(names, targets),
    names,
  };
}

function notesOf(names: ImportNames, [target, ...others]: readonly string[]): string[] {
  const roots = [names.root, ...names.others].map((root) => root || '.');
  return [
    ...(roots.length > 1
      ? [`The application is imported by two names, from ${roots.join(' and ')}: the modules use relative imports.`]
      : []),
    ...(others.length > 0
      ? [
          `Imports are assumed to start from ${roots[0]}, as with \`uvicorn ${target}\` there. If the server starts ${others.join(' or ')}, attach with \`--entry ${others[0]}\`.`,
        ]
      : []),
  ];
}

const installs: Readonly<Record<string, string>> = {
  uv: 'uv sync',
  poetry: 'poetry install',
  pdm: 'pdm install',
  pipenv: 'pipenv install',
};

function fact(name: string, value: string, evidence: readonly (Evidence | undefined)[]): Fact {
  return { name, value, evidence: evidence.flatMap((one) => (one ? [{ file: one.file, line: one.line }] : [])) };
}

function importFact(names: ImportNames, entry: string): string {
  const module = moduleName(names, entry);
  const from = names.root === '' ? 'the root' : names.root;
  return `${module} (imports ${names.possible.length > 0 ? 'probably ' : ''}start from ${from})`;
}

function headsText(heads: readonly string[]): string {
  if (heads.length === 0) return ', no revision';
  return heads.length === 1 ? `, head ${heads[0]}` : `, heads ${heads.join(', ')}`;
}

function isDependencyFile(path: string): boolean {
  return /(^|\/)(pyproject\.toml|Pipfile|setup\.(cfg|py)|requirements[^/]*\.(txt|in))$/.test(path);
}

function dependencyOn(files: AppFiles, declaring: readonly string[], pattern: RegExp): Evidence | undefined {
  for (const file of declaring) {
    const found = findIn(files, file, pattern);
    if (found) return { file, line: found.line + (found.match[0].startsWith('\n') ? 1 : 0) };
  }
  return undefined;
}

function refusalOf(
  files: AppFiles,
  declaring: readonly string[],
  entries: readonly PythonEntry[],
): Application['refusal'] {
  const wsgi = wsgiIn(files, declaring);
  if (entries.length === 0 && wsgi !== undefined)
    return {
      reason: `${wsgi[1]} is a WSGI framework: it has no event loop that the guest could run in`,
      alternative: 'Create a host beside it with `create-ai-module host init`, and call its API',
    };
  const python = oldestPython(files);
  const bound = boundBelow(files);
  if (bound !== undefined || (python && isOlder(python.version, oldestSupported)))
    return {
      reason: `${bound ?? `${python?.file}:${python?.line} allows Python ${python?.version.join('.')}`}, and the runtime needs Python 3.11`,
      alternative: 'Raise the version there, or create a host beside the application with `create-ai-module host init`',
    };
  const pydantic = dependencyOn(
    files,
    declaring,
    /^\s*["']?pydantic(?:\[[^\]]*\])?\s*(?:==|~=|<=?|=\s*["'][~^=]?)\s*["']?(?:1\.|2"|2$|2,|2\.0(?!\d))/im,
  );
  if (pydantic && /(==|~=|\^|~)\s*["']?1\.|<=?\s*2\b/.test(lineIn(files, pydantic)))
    return {
      reason: `${pydantic.file}:${pydantic.line} requires Pydantic 1, and the runtime needs Pydantic 2.11`,
      alternative: 'Migrate to Pydantic 2, or create a host beside the application with `create-ai-module host init`',
    };
  return undefined;
}

function wsgiIn(files: AppFiles, declaring: readonly string[]): (typeof synchronous)[number] | undefined {
  return synchronous.find(([pattern]) => dependencyOn(files, declaring, pattern));
}

function lineIn(files: AppFiles, { file, line }: Evidence): string {
  return files.read(file)?.split('\n')[line - 1] ?? '';
}

/** A range in pyproject.toml without Python 3.11 and newer versions: `>=3.8,<3.11`, `==3.10.*`, `~3.9`. */
function boundBelow(files: AppFiles): string | undefined {
  const found = findIn(files, 'pyproject.toml', /^(?:requires-python|python)[ \t]*=[ \t]*["']([^"']+)["']/m);
  const isBelow = found?.match[1]?.split(',').some((part) => {
    const [, operator, minor, patch] = /^\s*(<=|<|={2,3}|~=|~|)\s*3\.(\d+)(\.[\d*]+)?\s*$/.exec(part) ?? [];
    if (minor === undefined) return false;
    if (operator === '<') return Number(minor) < 11 || (Number(minor) === 11 && (patch ?? '.0') === '.0');
    return Number(minor) < 11 && (operator !== '~=' || patch !== undefined);
  });
  return found && isBelow ? `${found.file}:${found.line} allows Python ${found.match[1]}` : undefined;
}

/** The oldest Python that the application declares to run with exactly, such as the one of its image. */
function oldestPython(files: AppFiles): (Evidence & { version: number[] }) | undefined {
  const places: readonly (readonly [RegExp, RegExp])[] = [
    [/(^|\/)(Docker|Container)file[^/]*$/, /^FROM[^\n]*\bpython:(\d+)\.(\d+)(?![\s\S]*^FROM[^\n]*\bpython:\d)/m],
    [/^\.python-version$/, /^(\d+)\.(\d+)/],
    [/^runtime\.txt$/, /^python-(\d+)\.(\d+)/],
  ];
  for (const [name, pattern] of places) {
    // Other images, and earlier stages, may be those of tools.
    const depth = (path: string) => path.split('/').length;
    const [file] = files.paths.filter((path) => name.test(path)).sort((a, b) => depth(a) - depth(b));
    if (file !== undefined) {
      const found = findIn(files, file, pattern);
      if (found) return { file, line: found.line, version: [Number(found.match[1]), Number(found.match[2])] };
    }
  }
  return undefined;
}

function isOlder(version: readonly number[], than: readonly [number, number]): boolean {
  return (version[0] ?? 0) < than[0] || (version[0] === than[0] && (version[1] ?? 0) < than[1]);
}

/** The tool that installs the dependencies, and the file that shows it. */
export function pythonManager(files: AppFiles): { readonly name: string; readonly file: string | undefined } {
  const found = (name: string) => files.paths.find((path) => path === name);
  const locks = [
    ['uv.lock', 'uv'],
    ['poetry.lock', 'poetry'],
    ['pdm.lock', 'pdm'],
    ['Pipfile.lock', 'pipenv'],
    ['Pipfile', 'pipenv'],
  ] as const;
  for (const [name, manager] of locks) if (found(name) !== undefined) return { name: manager, file: name };
  const above = locks.find(([name]) => files.workspace?.locks.includes(name));
  if (above !== undefined) return { name: above[1], file: 'pyproject.toml' };
  const project = files.read('pyproject.toml') ?? '';
  const images = files.paths.filter((path) => /^(Docker|Container)file[^/]*$/.test(path));
  // The table that `host attach` adds is also for applications that only compile their list with uv.
  const usesUv = /^\[tool\.uv(?!\.sources\]\s+ai-module-runtime\b)/m.test(project);
  if (usesUv || images.some((path) => /\buv sync\b/.test(files.read(path) ?? '')))
    return { name: 'uv', file: 'pyproject.toml' };
  if (project.includes('[tool.poetry')) return { name: 'poetry', file: 'pyproject.toml' };
  const requirements = requirementFiles(files)[0];
  return { name: 'pip', file: requirements ?? found('pyproject.toml') };
}

/** The files of pip that list what the application needs, the most usual first. */
export function requirementFiles({ paths }: AppFiles): string[] {
  const order = ['requirements.txt', 'requirements/base.txt', 'requirements/production.txt', 'requirements/prod.txt'];
  return order.filter((path) => paths.includes(path));
}

/** The folder of the modules that fits an entry point: in its outermost package. */
export function defaultPythonDir({ names }: PythonApplication, entry: EntryPoint): string {
  const [first, ...rest] = moduleName(names, entry.file).split('.');
  const isInPackage = rest.length > 0 || baseName(entry.file) === '__init__.py';
  return pathOf(names.root, isInPackage ? (first ?? '') : folderName(entry.file).slice(names.root.length), 'ai');
}
