import { randomBytes } from 'node:crypto';
import { mkdtempSync, realpathSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { openPool } from '../engine/connection.ts';
import { createSchema } from '../engine/schema.ts';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../postgres/embedded.ts';

/** Its value is the URL of the server that all test processes of a run use. */
const variable = 'AI_TEST_DATABASE_SERVER';

/** A database on the server of the run. */
export interface TestDatabase {
  readonly url: string;
  /** Removes the database and closes connections that are still open. */
  drop(): Promise<void>;
}

/** Contents that many test files start from, for example the tables of the host. */
export interface DatabaseTemplate {
  /** Two templates with the same name are the same. */
  readonly name: string;
  /** Fills the database. Runs once for each server. */
  prepare(url: string): Promise<void>;
}

/**
 * Starts a server for a whole run of tests, before the test processes. It keeps nothing on disk.
 *
 * Without it, each process starts its own server, which ends with the process.
 */
export async function startTestServer(from?: string): Promise<EmbeddedPostgres> {
  const server = await startTemporaryServer(from);
  process.env[variable] = server.url;
  return server;
}

/** Creates an empty database, or a copy of a template, on the server of this run. */
export async function createTestDatabase(template?: DatabaseTemplate): Promise<TestDatabase> {
  const server = process.env[variable] ?? (await ownServer()).url;
  const name = `test_${process.pid}_${randomBytes(6).toString('hex')}`;
  await withClient(server, async (client) => {
    const source = template ? await findTemplate(client, server, template) : 'template0';
    await client.query(`create database ${name} template ${pg.escapeIdentifier(source)}`);
  });
  const drop = () => withClient(server, (client) => client.query(`drop database if exists ${name} with (force)`));
  return { url: withDatabase(server, name), drop: async () => void (await drop()) };
}

/** Creates a database with the tables of the runtime, as a host has it: quicker than to create them. */
export function createHostDatabase(): Promise<TestDatabase> {
  return createTestDatabase({ name: 'host', prepare: createTables });
}

async function createTables(url: string): Promise<void> {
  const schema = 'ai';
  const pool = openPool({ url, schema });
  try {
    await createSchema(pool, schema);
  } finally {
    await pool.end();
  }
}

let started: Promise<EmbeddedPostgres> | undefined;

function ownServer(): Promise<EmbeddedPostgres> {
  started ??= startTemporaryServer();
  return started;
}

async function startTemporaryServer(from?: string): Promise<EmbeddedPostgres> {
  const dataDir = mkdtempSync(join(realpathSync(tmpdir()), 'ai-test-'));
  return startEmbeddedPostgres({ dataDir, application: dataDir, isTemporary: true, ...(from ? { from } : {}) });
}

/** Prepares the template if no other process did. Only a complete one is marked as a template. */
async function findTemplate(client: pg.Client, server: string, template: DatabaseTemplate): Promise<string> {
  const name = `template_${template.name}`;
  const identifier = pg.escapeIdentifier(name);
  await client.query('select pg_advisory_lock(hashtext($1))', [name]);
  try {
    const complete = await client.query('select from pg_database where datname = $1 and datistemplate', [name]);
    if (complete.rowCount) return name;
    await client.query(`drop database if exists ${identifier} with (force)`);
    await client.query(`create database ${identifier} template template0`);
    await template.prepare(withDatabase(server, name));
    await client.query('select pg_terminate_backend(pid) from pg_stat_activity where datname = $1', [name]);
    await client.query(`alter database ${identifier} with is_template true allow_connections false`);
    return name;
  } finally {
    await client.query('select pg_advisory_unlock(hashtext($1))', [name]);
  }
}

function withDatabase(server: string, name: string): string {
  const url = new URL(server);
  url.pathname = `/${encodeURIComponent(name)}`;
  return url.href;
}

async function withClient<T>(url: string, use: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await use(client);
  } finally {
    await client.end();
  }
}
