import type { Call, CodeFile } from '../../code/expression.ts';
import { pythonStatements } from '../../code/python/parse-python.ts';
import {
  type AppFiles,
  baseName,
  type DatabaseSource,
  type Dialect,
  findIn,
  folderName,
  type ImportedName,
  lineAt,
  type Migrations,
  pathOf,
} from '../application.ts';
import type { PythonCode } from './read-python.ts';

const makers = new Set(['create_engine', 'create_async_engine', 'async_engine_from_config', 'engine_from_config']);

/** The application's database: its engine, else the expression that its engine is made with. */
export function pythonDatabase(code: PythonCode): DatabaseSource | undefined {
  const found = code.paths
    .filter((path) => code.files.read(path)?.includes('_engine('))
    .flatMap((path) => {
      const file = code.file(path);
      const calls = file?.calls.filter(({ callee }) => makers.has(nameOf(callee))) ?? [];
      return calls.flatMap((call) => sourceOf(code, file as CodeFile, call) ?? []);
    });
  const best = found.find(({ isEngine }) => isEngine) ?? found[0];
  return best && { ...best, dialect: dialectOf(code.files, best.file) };
}

function nameOf(callee: Call['callee']): string {
  return callee.kind === 'name' ? callee.name : callee.kind === 'member' ? callee.property : '';
}

type Found = Omit<DatabaseSource, 'dialect'> & { readonly isEngine: boolean };

function sourceOf(code: PythonCode, { path, text, imports }: CodeFile, call: Call): Found | undefined {
  const at = { file: path, line: lineAt(text, call.from) };
  const around = pythonStatements(text)
    .all.filter(({ from, to }) => from <= call.from && call.to <= to)
    .at(-1);
  const engine = around?.target;
  if (around?.functions.length === 0 && engine !== undefined && /^\w+$/.test(engine))
    return {
      ...at,
      expression: `${engine}.url.render_as_string(hide_password=False)`,
      imports: [{ file: path, name: engine }],
      isEngine: true,
    };
  const given = call.named.find(({ key }) => key === 'url')?.value ?? call.args[0];
  if (given === undefined) return undefined;
  const expression = text.slice(given.from, given.to);
  // Texts in it could be mistaken for names.
  if (!/^[\w.()\s]+$/.test(expression)) return undefined;
  const roots = [...expression.matchAll(/(?<![\w.])([A-Za-z_]\w*)/g)].map(([, name = '']) => name);
  const lines = roots.filter((root) => root !== 'str').map((root) => importOf(code, path, text, imports, root));
  if (lines.length === 0 || lines.some((line) => line === undefined)) return undefined;
  return { ...at, expression: asText(expression), imports: lines as ImportedName[], isEngine: false };
}

function asText(expression: string): string {
  return expression.startsWith('str(') ? expression : `str(${expression})`;
}

/** Where a name that a file uses is defined. */
function importOf(
  code: PythonCode,
  path: string,
  text: string,
  imports: CodeFile['imports'],
  name: string,
): ImportedName | undefined {
  const imported = imports.get(name);
  if (imported && imported.name !== '*') {
    const home = code.find(path, imported.from);
    if (home === undefined) return undefined;
    return imported.name === name ? { file: home, name } : { file: home, name: imported.name, alias: name };
  }
  const isDefined = new RegExp(`^(?:${name}\\b[^=\\n]*=|def ${name}\\b)`, 'm').test(text);
  return isDefined ? { file: path, name } : undefined;
}

const schemes: readonly (readonly [RegExp, Dialect])[] = [
  [/\b(?:postgres(?:ql)?(?:\+\w+)?:\/\/|PostgresDsn|postgresql\+)/i, 'postgresql'],
  [/\b(?:mysql|mariadb)(?:\+\w+)?:\/\/|\bMySQLDsn\b/i, 'mysql'],
  [/\bsqlite(?:\+\w+)?:\/\//i, 'sqlite'],
];
const drivers: readonly (readonly [RegExp, Dialect])[] = [
  [/\b(?:asyncpg|psycopg2?(?:-binary)?|pg8000)\b/i, 'postgresql'],
  [/\b(?:pymysql|aiomysql|asyncmy|mysqlclient|mysql-connector-python)\b/i, 'mysql'],
  [/\baiosqlite\b/i, 'sqlite'],
];

/** From URLs in the code and its configuration, else from the drivers that the application depends on. */
function dialectOf(files: AppFiles, engine: string): Dialect | undefined {
  const settings = files.paths.filter((path) =>
    /(^|\/)(config|settings|database|db|session)[^/]*(\/__init__)?\.py$/.test(path),
  );
  const around = files.paths.filter((path) =>
    /^(\.env[^/]*|[^/]*compose[^/]*\.ya?ml|alembic\.ini)$/.test(baseName(path)),
  );
  const declared = files.paths.filter((path) =>
    /(^|\/)(pyproject\.toml|requirements[^/]*\.(txt|in)|Pipfile)$/.test(path),
  );
  for (const [places, patterns] of [
    [[engine, ...settings], schemes],
    [declared, drivers],
    [around, schemes],
  ] as const)
    for (const [pattern, dialect] of patterns)
      if (places.some((path) => pattern.test(files.read(path) ?? ''))) return dialect;
  return undefined;
}

/** The migrations of alembic. */
export function alembicMigrations(files: AppFiles): Migrations | undefined {
  const ini = files.paths.find((path) => baseName(path) === 'alembic.ini');
  const at = ini === undefined ? undefined : findIn(files, ini, /^script_location\s*=\s*(\S+)/m);
  const scripts = at?.match[1]?.replace(/^%\(here\)s\/|^\.\//, '').replace(/\/$/, '') ?? '';
  const env =
    [pathOf(folderName(at?.file ?? ''), scripts), scripts]
      .map((folder) => `${folder}/env.py`)
      .find((path) => files.paths.includes(path)) ??
    files.paths.find((path) => /(^|\/)(alembic|migrations)\/env\.py$/.test(path));
  if (at === undefined && env === undefined) return undefined;
  const folder = env === undefined ? pathOf(folderName(at?.file ?? ''), scripts) : folderName(env);
  const versions = files.paths.filter((path) => path.startsWith(`${folder}/versions/`) && path.endsWith('.py'));
  return {
    file: at?.file ?? (env as string),
    line: at?.line ?? 1,
    tool: 'alembic',
    folder: pathOf(folder, 'versions'),
    heads: headsOf(versions.map((path) => files.read(path) ?? '')),
    includesSchemas: /\binclude_schemas\s*=\s*True\b/.test(files.read(env ?? '') ?? '') ? env : undefined,
  };
}

/** Revisions that no other one follows. */
function headsOf(texts: readonly string[]): string[] {
  const revisions = texts.flatMap((text) => /^revision\b[^=\n]*=\s*["']([^"']+)["']/m.exec(text)?.[1] ?? []);
  const followed = texts.flatMap((text) => {
    const down = /^down_revision\b[^=\n]*=\s*([^\n]+)/m.exec(text)?.[1] ?? '';
    return [...down.matchAll(/["']([^"']+)["']/g)].map(([, id]) => id);
  });
  return revisions.filter((revision) => !followed.includes(revision));
}
