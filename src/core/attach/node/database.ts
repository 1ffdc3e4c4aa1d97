import {
  type AppFiles,
  baseName,
  type DatabaseSource,
  type Dialect,
  folderName,
  lineAt,
  type Migrations,
} from '../application.ts';
import { dependencyAt, type NodeCode, type Package } from './read-node.ts';

const drivers: Readonly<Record<string, Dialect>> = {
  pg: 'postgresql',
  postgres: 'postgresql',
  '@fastify/postgres': 'postgresql',
  'pg-promise': 'postgresql',
  mysql2: 'mysql',
  mysql: 'mysql',
  mariadb: 'mysql',
  '@fastify/mysql': 'mysql',
  mongoose: 'other',
  mongodb: 'other',
  'better-sqlite3': 'sqlite',
  sqlite3: 'sqlite',
};

/** The application's database, from the environment variables that it reads. */
export function nodeDatabase(code: NodeCode, { dependencies }: Package): DatabaseSource | undefined {
  const driver = Object.keys(drivers).find((name) => dependencies[name] !== undefined);
  const prisma = code.files.paths.find((path) => baseName(path) === 'schema.prisma');
  const provider = /provider\s*=\s*"(postgresql|mysql|sqlite|sqlserver|mongodb)"/.exec(
    code.files.read(prisma ?? '') ?? '',
  )?.[1];
  if (driver === undefined && provider === undefined) return undefined;
  const dialect = driver === undefined ? dialectOf(provider ?? '') : drivers[driver];
  const read = variablesOf(code);
  const at = read?.at ?? dependencyAt(code.files, driver ?? '@prisma/client');
  return { ...at, dialect, imports: [], expression: read?.expression ?? '' };
}

function dialectOf(provider: string): Dialect {
  return provider === 'postgresql' || provider === 'mysql' || provider === 'sqlite' ? provider : 'other';
}

/** How code reads environment variables. */
const variables = ['process', 'env'].join('.');

const isEnvFile = (path: string) => /^\.?env[\w.-]*$/.test(baseName(path)) && !path.includes('node_modules');

function variablesOf({
  files,
  paths,
}: NodeCode): { at: { file: string; line: number }; expression: string } | undefined {
  const places = [
    ...paths,
    ...files.paths.filter(isEnvFile),
    ...files.paths.filter((path) => baseName(path) === 'schema.prisma'),
  ];
  const used = new Map<string, { file: string; line: number }>();
  for (const file of places) {
    const text = files.read(file) ?? '';
    const pattern = isEnvFile(file)
      ? /^(?:export\s+)?([A-Z][A-Z0-9_]*)\s*=/gm
      : /(?:process\.env\.|process\.env\[['"]|\bget(?:OrThrow)?(?:<[^>]*>)?\(\s*['"]|\benv\(['"])([A-Z][A-Z0-9_]*)/g;
    for (const match of text.matchAll(pattern))
      if (!used.has(match[1] ?? '')) used.set(match[1] ?? '', { file, line: lineAt(text, match.index) });
  }
  // Names without a prefix first; a database for tests or for reading is another one.
  const names = [...used.keys()]
    .filter((name) => !/(^|_)(TEST|TESTS|TESTING|SHADOW|REPLICA|READ|READONLY|E2E)_/.test(name))
    .sort((a, b) => Number(isPrefixed(a)) - Number(isPrefixed(b)));
  const url = names.find((name) =>
    /^(\w*_)?(DATABASE|DB|POSTGRES|POSTGRESQL|PG)_?(URL|URI|CONNECTION_STRING)$/.test(name),
  );
  const host = names.find((name) => /^(\w*_)?(DATABASE|DB|POSTGRES|POSTGRESQL|TYPEORM|PG)_?HOST$/.test(name));
  const parts = host === undefined ? undefined : partsOf(names, host.slice(0, -'HOST'.length));
  if (url !== undefined && (parts === undefined || !isUrlOptional(files, url)))
    return { at: used.get(url) as { file: string; line: number }, expression: `{ url: ${variables}.${url} ?? '' }` };
  if (parts === undefined || host === undefined) return undefined;
  return { at: used.get(host) as { file: string; line: number }, expression: parts };
}

const isPrefixed = (name: string) => !/^(DATABASE|DB|POSTGRES|POSTGRESQL|PG|TYPEORM)/.test(name);

/** Whether the examples of the environment leave the URL empty or out. */
function isUrlOptional(files: AppFiles, url: string): boolean {
  const examples = files.paths.filter(isEnvFile).map((path) => files.read(path) ?? '');
  return examples.length > 0 && !examples.some((text) => new RegExp(`^${url}\\s*=\\s*["']?postgres`, 'm').test(text));
}

function partsOf(names: readonly string[], prefix: string): string | undefined {
  const one = (...endings: string[]) =>
    endings.map((ending) => `${prefix}${ending}`).find((name) => names.includes(name));
  const user = one('USER', 'USERNAME');
  const password = one('PASSWORD', 'PASS');
  const database = one('NAME', 'DATABASE', 'DB');
  const port = one('PORT');
  if (user === undefined || password === undefined || database === undefined) return undefined;
  const env = (name: string) => `${variables}.${name} ?? ''`;
  const entries = [
    `host: ${variables}.${prefix}HOST ?? 'localhost'`,
    `port: Number(${port === undefined ? '5432' : `${variables}.${port} ?? 5432`})`,
    `user: ${env(user)}`,
    `password: ${env(password)}`,
    `database: ${env(database)}`,
  ];
  return `{\n${entries.map((entry) => `      ${entry},\n`).join('')}    }`;
}

const tools: readonly (readonly [Migrations['tool'], RegExp])[] = [
  ['prisma', /(^|\/)prisma\/migrations\/[^/]+\/migration\.sql$/],
  ['knex', /(^|\/)knexfile\.[cm]?[jt]s$/],
  ['drizzle', /(^|\/)drizzle\.config\.[cm]?[jt]s$/],
  ['sql', /(^|\/)migrations?\/[^/]*\d[^/]*\.sql$/],
];

/** The tool that makes the application's tables. */
export function nodeMigrations(files: AppFiles): Migrations | undefined {
  const found = (tool: Migrations['tool'], file: string, folder = folderName(file)): Migrations => {
    return { file, line: 1, tool, folder, heads: [], includesSchemas: undefined };
  };
  const typeorm = files.paths.find(
    (path) => /migrations?\/[^/]+\.[cm]?[jt]s$/.test(path) && /\bMigrationInterface\b/.test(files.read(path) ?? ''),
  );
  if (typeorm !== undefined) return found('typeorm', typeorm);
  for (const [tool, pattern] of tools) {
    const file = files.paths.find((path) => pattern.test(path));
    if (file !== undefined) return found(tool, file, tool === 'prisma' ? folderName(folderName(file)) : undefined);
  }
  return undefined;
}
