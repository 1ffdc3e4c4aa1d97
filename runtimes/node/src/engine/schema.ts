import { createHash } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Pool, PoolClient, QueryConfig, QueryResult } from 'pg';
import type { Log } from '../log.ts';
import { quoteName } from './connection.ts';

/** A SQL file that is applied once. */
interface Migration {
  /** `runtime`, or the name of the module whose tables it changes. */
  readonly owner: string;
  readonly file: string;
  readonly sql: string;
}

/** The database role may not create the runtime's tables. `sql` is what an administrator has to run. */
export class SchemaMissing extends Error {
  override readonly name = 'SchemaMissing';
  readonly sql: string;

  constructor(schema: string, sql: string, cause: unknown) {
    super(`The database role may not create or change the schema ${schema}. Run the SQL below as an administrator.`, {
      cause,
    });
    this.sql = sql;
  }
}

const FUNCTIONS = 'functions.sql';
/** pg takes 0 for the default of the connection. */
const NO_TIMEOUT_MS = 2_147_483_647;
const PERMISSION_DENIED = '42501';

/**
 * Creates or updates the runtime's tables and functions. Processes that start together wait for each other. Throws
 * `SchemaMissing` if the role lacks the permission.
 */
export async function createSchema(pool: Pool, schema: string): Promise<void> {
  const migrations = await runtimeMigrations();
  try {
    await inTurn(pool, schema, (client) => applyMissing(client, schema, migrations));
  } catch (error) {
    if ((error as { code?: string }).code !== PERMISSION_DENIED) throw error;
    const { rows } = await pool.query('select current_user as role');
    throw new SchemaMissing(schema, administratorSql(schema, rows[0].role, migrations), error);
  }
}

/** Applies the `*.sql` files of a module's folder in the order of their names: each once, each in a transaction. */
export async function migrateModule(pool: Pool, schema: string, module: string, folder: string): Promise<void> {
  if (!existsSync(folder)) return;
  const files = (await readdir(folder)).filter((file) => file.endsWith('.sql')).sort();
  const migrations = await Promise.all(
    files.map(async (file) => ({ owner: module, file, sql: await readFile(join(folder, file), 'utf8') })),
  );
  if (migrations.length > 0) await inTurn(pool, schema, (client) => applyMissing(client, schema, migrations));
}

/** Copies the jobs that modules of version 0.1 have in tables of their own, once. */
export async function importJobs(pool: Pool, schema: string, modules: readonly string[], log: Log): Promise<void> {
  const waiting = `select * from ${quoteName(schema)}.modules_to_import($1) as name`;
  const { rows } = await pool.query<{ name: string }>(waiting, [modules]);
  for (const { name } of rows) {
    try {
      const jobs = await inTurn(pool, schema, async (client) => {
        return (await unlimited(client, `select ${quoteName(schema)}.import_jobs($1) as jobs`, [name])).rows[0].jobs;
      });
      log.info({ module: name, jobs: Number(jobs) }, 'jobs of version 0.1 copied');
    } catch (error) {
      log.error({ err: error, module: name }, 'jobs of version 0.1 not copied');
    }
  }
}

/**
 * Loads the exported data of an embedded host of version 0.1 into the tables of modules: each table once, when it exists.
 * The first line of the file has the names of the tables, the others have rows.
 */
export async function loadOldData(pool: Pool, schema: string, file: string, log: Log): Promise<void> {
  try {
    const loaded = await inTurn(pool, schema, (client) => loadTables(client, quoteName(schema), file));
    if (loaded.length > 0) log.info({ tables: loaded }, 'data of version 0.1 loaded');
  } catch (error) {
    log.error({ err: error, file }, 'data of version 0.1 not loaded');
  }
}

async function loadTables(client: PoolClient, schema: string, file: string): Promise<string[]> {
  let tables: string[] | undefined;
  await client.query('begin');
  for await (const line of createInterface({ input: createReadStream(file) })) {
    const piece = JSON.parse(line);
    if (tables === undefined) {
      const { rows } = await client.query(`select ${schema}.tables_to_fill($1) as name`, [piece.tables]);
      tables = rows.map(({ name }) => name);
      if (tables.length === 0) break;
    } else if (tables.includes(piece.table)) {
      await unlimited(client, `select ${schema}.import_rows($1)`, [line]);
    }
  }
  await client.query('commit');
  return tables ?? [];
}

async function runtimeMigrations(): Promise<Migration[]> {
  const folder = sqlFolder();
  const numbered = (await readdir(folder)).filter((file) => /^\d{4}_.*\.sql$/.test(file)).sort();
  const read = async (file: string, name = file) => {
    return { owner: 'runtime', file: name, sql: await readFile(join(folder, file), 'utf8') };
  };
  const functions = await read(FUNCTIONS);
  const hash = createHash('sha256').update(functions.sql).digest('hex').slice(0, 12);
  // The functions are applied again whenever they change.
  return [...(await Promise.all(numbered.map((file) => read(file)))), { ...functions, file: `${FUNCTIONS}@${hash}` }];
}

/** `dist/sql` in the package, `runtimes/sql` in the repository. */
function sqlFolder(): string {
  const here = dirname(fileURLToPath(import.meta.url));
  const folder = [join(here, '../sql'), join(here, '../../../sql')].find((each) => existsSync(join(each, FUNCTIONS)));
  if (!folder) throw new Error('The package is incomplete: its folder sql is missing.');
  return folder;
}

async function inTurn<T>(pool: Pool, schema: string, action: (client: PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  const lock = `hashtextextended('${schema.replaceAll("'", "''")} migrate', 0)`;
  try {
    // A migration may take long, and so may waiting for another process.
    await client.query('set statement_timeout = 0');
    await unlimited(client, `select pg_advisory_lock(${lock})`);
    return await action(client);
  } finally {
    // Ends the session, and with it the lock and the setting.
    client.release(true);
  }
}

async function applyMissing(client: PoolClient, schema: string, migrations: readonly Migration[]): Promise<void> {
  const name = quoteName(schema);
  const { rows: found } = await client.query('select to_regnamespace($1) is not null as exists', [name]);
  if (!found[0].exists) await client.query(`create schema ${name}`);
  const { rows: ledger } = await client.query('select to_regclass($1) is not null as exists', [
    `${name}.applied_migrations`,
  ]);
  if (!ledger[0].exists) await client.query(ledgerSql(schema));
  const { rows } = await client.query(`select owner, file from ${name}.applied_migrations`);
  const applied = new Set([...rows, ...(await appliedBefore(client))].map(({ owner, file }) => `${owner}/${file}`));
  for (const each of migrations) {
    if (!applied.has(`${each.owner}/${each.file}`)) await unlimited(client, transactionSql(schema, each));
  }
}

/** What version 0.1 has applied in the schema `public`: modules keep their tables there. */
async function appliedBefore(client: PoolClient): Promise<{ owner: string; file: string }[]> {
  const { rows } = await client.query(`select from information_schema.columns
    where table_schema = 'public' and table_name = 'applied_migrations' and column_name in ('owner', 'file')`);
  if (rows.length < 2) return [];
  return (await client.query('select owner, file from public.applied_migrations')).rows;
}

function unlimited(client: PoolClient, text: string, values?: unknown[]): Promise<QueryResult> {
  // The option exists, but the types don't have it.
  return client.query({ text, values, query_timeout: NO_TIMEOUT_MS } as QueryConfig);
}

function ledgerSql(schema: string): string {
  return `create table if not exists ${quoteName(schema)}.applied_migrations (
  owner text not null,
  file text not null,
  applied_at timestamptz not null default now(),
  primary key (owner, file)
);`;
}

/** Statements that are sent together are one transaction: the file and its row are applied both, or neither. */
function transactionSql(schema: string, { owner, file, sql }: Migration): string {
  const text = (value: string) => `'${value.replaceAll("'", "''")}'`;
  return `begin;
set local search_path to ${quoteName(schema)}, public;
${sql}
;insert into ${quoteName(schema)}.applied_migrations (owner, file) values (${text(owner)}, ${text(file)});
commit;`;
}

/** The role of the host may create tables of modules in the schema. */
function administratorSql(schema: string, role: string, migrations: readonly Migration[]): string {
  const [inSchema, to] = [quoteName(schema), quoteName(role)];
  return [
    `create schema if not exists ${inSchema};`,
    ledgerSql(schema),
    ...migrations.map((each) => transactionSql(schema, each)),
    `grant usage, create on schema ${inSchema} to ${to};`,
    `grant all on all tables in schema ${inSchema} to ${to};`,
    `grant all on all sequences in schema ${inSchema} to ${to};`,
  ].join('\n');
}
