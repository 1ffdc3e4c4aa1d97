import { createReadStream, existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Pool, PoolClient, QueryConfig, QueryResult } from 'pg';
import type { Log } from '../log.ts';
import { quoteName } from './connection.ts';
import { ACCESS, createdBy, FUNCTIONS, type Migration, RUNTIME, readSql, runtimeMigrations } from './sql-files.ts';

/** The tables are not there. `sql` is what an administrator has to run, if it is known. */
export class SchemaMissing extends Error {
  override readonly name = 'SchemaMissing';
  readonly sql: string;

  constructor(message: string, sql = '', cause?: Error) {
    super(message, { cause });
    this.sql = sql;
  }
}

/** The database role may not create or change the runtime's tables. */
function notPermitted(schema: string, role: string, sql: string, cause: Error): SchemaMissing {
  const problem = `the role ${role} may not create or change the schema ${schema} (${cause.message})`;
  return new SchemaMissing(
    `${problem}. Run this SQL as an administrator of the database, then start again:`,
    sql,
    cause,
  );
}

const LEDGER = `create table if not exists applied_migrations (
  owner text not null,
  file text not null,
  applied_at timestamptz not null default now(),
  primary key (owner, file)
)`;
const PERMISSIONS = 'permissions.sql';
/** One file and its line in the ledger, as one statement: some drivers and tools run only one at a time, or no transaction. */
const REVISION = 'revision.sql';
/** pg takes 0 for the default of the connection. */
const NO_TIMEOUT_MS = 2_147_483_647;
const PERMISSION_DENIED = '42501';

/**
 * Creates or updates the runtime's tables and functions. Processes that start together wait for each other. Throws
 * `SchemaMissing` if the role lacks the permission, or if a table was dropped.
 */
export async function createSchema(pool: Pool, schema: string): Promise<void> {
  const migrations = await runtimeMigrations();
  try {
    await applyMissing(pool, schema, migrations);
  } catch (error) {
    if ((error as { code?: string }).code !== PERMISSION_DENIED) throw error;
    const { role, sql } = await missingPermissions(pool, schema);
    // Something else is refused, such as a table of version 0.1.
    if (sql === '') throw error;
    throw notPermitted(schema, role, sql, error as Error);
  }
}

/** Throws `SchemaMissing` unless the runtime's tables and functions are up to date. Changes nothing. */
export async function checkSchema(pool: Pool, schema: string): Promise<void> {
  await assertApplied(pool, schema, await runtimeMigrations());
}

/** What `createSchema` does, for applications that migrate their database themselves: one statement for each file. */
export async function schemaScript(schema: string): Promise<string> {
  const revision = await readSql(REVISION);
  const statements = (await runtimeMigrations()).map(({ owner, file, sql }) => {
    const values: Record<string, string> = { schema, owner, file, sql: sql.trimEnd() };
    return revision.replace(/\{(schema|owner|file|sql)\}/g, (_, name) => values[name] ?? '').trimEnd();
  });
  return statements.join('\n\n');
}

/** Applies the `*.sql` files of a module's folder in the order of their names: each once, each in a transaction. */
export async function migrateModule(pool: Pool, schema: string, module: string, folder: string): Promise<void> {
  await applyMissing(pool, schema, await moduleMigrations(module, folder));
}

/** Throws `SchemaMissing` unless the files of a module's folder are applied. Changes nothing. */
export async function checkModule(pool: Pool, schema: string, module: string, folder: string): Promise<void> {
  await assertApplied(pool, schema, await moduleMigrations(module, folder));
}

async function moduleMigrations(module: string, folder: string): Promise<Migration[]> {
  if (!existsSync(folder)) return [];
  const files = (await readdir(folder)).filter((file) => file.endsWith('.sql')).sort();
  return Promise.all(
    files.map(async (file) => ({ owner: module, file, sql: await readFile(join(folder, file), 'utf8') })),
  );
}

async function assertApplied(pool: Pool, schema: string, migrations: readonly Migration[]): Promise<void> {
  const missing = await missingOf(pool, schema, migrations);
  if (missing.length === 0) return;
  const files = missing.map(({ file }) => file).join(', ');
  throw new SchemaMissing(`the schema ${schema} lacks ${files}: run the migrations of the application`);
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

/** Runs a transaction whose statements have no time limit, one process at a time. */
async function inTurn<T>(pool: Pool, schema: string, action: (client: PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  let isBroken = true;
  try {
    await client.query('begin');
    // A migration may take long, and so may waiting for another process.
    await client.query('set local statement_timeout = 0');
    // Until the end of the transaction, which a transaction pooler keeps on one connection.
    const lock = `hashtextextended('${schema.replaceAll("'", "''")} migrate', 0)`;
    await unlimited(client, `select pg_advisory_xact_lock(${lock})`);
    const answer = await action(client);
    await client.query('commit');
    isBroken = false;
    return answer;
  } finally {
    client.release(isBroken);
  }
}

/** Each file and its row in the ledger are one transaction: both are applied, or neither. */
async function applyMissing(pool: Pool, schema: string, migrations: readonly Migration[]): Promise<void> {
  const missing = await missingOf(pool, schema, migrations);
  if (missing.length === 0) return;
  const name = quoteName(schema);
  await inTurn(pool, schema, (client) => createLedger(client, name));
  for (const migration of missing) {
    await inTurn(pool, schema, async (client) => {
      if ((await missingOf(client, schema, [migration])).length === 0) return;
      const { owner, file, sql } = migration;
      await client.query(`set local search_path to ${name}, public`);
      await unlimited(client, sql);
      // The functions are applied again if some were dropped.
      const insert = `insert into ${name}.applied_migrations (owner, file) values ($1, $2) on conflict do nothing`;
      await client.query(insert, [owner, file]);
    });
  }
}

type Queryable = Pick<Pool | PoolClient, 'query'>;

async function missingOf(db: Queryable, schema: string, migrations: readonly Migration[]): Promise<Migration[]> {
  const name = quoteName(schema);
  if (!(await exists(db, 'to_regclass', `${name}.applied_migrations`))) return [...migrations];
  const { rows } = await db.query(`select owner, file from ${name}.applied_migrations`);
  const applied = new Set([...rows, ...(await appliedBefore(db))].map(({ owner, file }) => `${owner}/${file}`));
  const isApplied = ({ owner, file }: Migration) => applied.has(`${owner}/${file}`);
  const created = createdBy(migrations.filter((each) => each.owner === RUNTIME && isApplied(each)));
  const lost = new Set(created.length > 0 ? await findLost(db, schema, created) : []);
  const lacks = migrations.filter((each) => !isApplied(each) || createdBy([each]).some((one) => lost.has(one)));
  const tables = createdBy(lacks.filter(({ file }) => !file.startsWith(FUNCTIONS))).filter((each) => lost.has(each));
  if (tables.length === 0) return lacks;
  throw new SchemaMissing(
    `the schema ${schema} lacks ${tables.sort().join(', ')}, which existed before: restore them, or drop the schema to create it again, which deletes all jobs and events`,
  );
}

/** Which of these tables and functions are not in the schema. */
async function findLost(db: Queryable, schema: string, names: readonly string[]): Promise<string[]> {
  const { rows } = await db.query<{ problem: string; text: string }>(await readSql(ACCESS), [schema, names]);
  return rows.filter(({ problem }) => problem === 'missing').map(({ text }) => text);
}

async function createLedger(client: PoolClient, name: string): Promise<void> {
  // `if not exists` needs the permission to create even if the schema exists.
  if (!(await exists(client, 'to_regnamespace', name))) await client.query(`create schema ${name}`);
  if (await exists(client, 'to_regclass', `${name}.applied_migrations`)) return;
  await client.query(`set local search_path to ${name}`);
  await client.query(LEDGER);
}

async function exists(db: Queryable, find: 'to_regclass' | 'to_regnamespace', name: string): Promise<boolean> {
  return (await db.query(`select ${find}($1) is not null as exists`, [name])).rows[0].exists;
}

/** What version 0.1 has applied in the schema `public`: modules keep their tables there. */
async function appliedBefore(db: Queryable): Promise<{ owner: string; file: string }[]> {
  const { rows } = await db.query(`select from information_schema.columns
    where table_schema = 'public' and table_name = 'applied_migrations' and column_name in ('owner', 'file')`);
  if (rows.length < 2) return [];
  return (await db.query('select owner, file from public.applied_migrations')).rows;
}

function unlimited(client: PoolClient, text: string, values?: unknown[]): Promise<QueryResult> {
  // The option exists, but the types don't have it.
  return client.query({ text, values, query_timeout: NO_TIMEOUT_MS } as QueryConfig);
}

async function missingPermissions(pool: Pool, schema: string): Promise<{ role: string; sql: string }> {
  const text = await readSql(PERMISSIONS);
  return inTurn(pool, schema, async (client) => {
    await client.query('set local search_path to pg_catalog');
    const { rows } = await client.query(text, [schema]);
    const [{ role }] = (await client.query('select current_user as role')).rows;
    return { role, sql: rows.map(({ statement }) => statement).join('\n') };
  });
}
