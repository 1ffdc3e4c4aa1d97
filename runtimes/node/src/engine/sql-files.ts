import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A SQL file that is applied once. */
export interface Migration {
  /** `runtime`, or the name of the module whose tables it changes. */
  readonly owner: string;
  readonly file: string;
  readonly sql: string;
}

export const RUNTIME = 'runtime';
export const FUNCTIONS = 'functions.sql';
/** What is missing, and what is not permitted. */
export const ACCESS = 'access.sql';
export const LEDGER_TABLE = 'applied_migrations';

/** The numbered files, and the functions under a name that changes with their text: then they are applied again. */
export async function runtimeMigrations(): Promise<Migration[]> {
  const numbered = (await readdir(sqlFolder())).filter((file) => /^\d{4}_.*\.sql$/.test(file)).sort();
  const files = await Promise.all(numbered.map(async (file) => ({ owner: RUNTIME, file, sql: await readSql(file) })));
  const sql = await readSql(FUNCTIONS);
  const hash = createHash('sha256').update(sql).digest('hex').slice(0, 12);
  return [...files, { owner: RUNTIME, file: `${FUNCTIONS}@${hash}`, sql }];
}

/** Names of the tables and functions that the runtime's files create. */
export function createdBy(migrations: readonly Migration[]): string[] {
  const created = migrations.flatMap(({ sql }) => [...sql.matchAll(/^create (?:table|or replace function) (\w+)/gm)]);
  return created.map(([, name = '']) => name);
}

export function readSql(file: string): Promise<string> {
  return readFile(join(sqlFolder(), file), 'utf8');
}

/** `dist/sql` in the package, `runtimes/sql` in the repository. */
function sqlFolder(): string {
  const here = dirname(fileURLToPath(import.meta.url));
  const folder = [join(here, '../sql'), join(here, '../../../sql')].find((each) => existsSync(join(each, FUNCTIONS)));
  if (!folder) throw new Error('The package is incomplete: its folder sql is missing.');
  return folder;
}
