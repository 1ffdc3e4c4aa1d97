import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { statementOf } from '../../src/core/attach/migrations/revision.ts';
import { dropStatements } from '../../src/core/host/life/drop-tables.ts';
import { readRuntimeSql } from '../../src/io/pack/runtime-sql.ts';
import { succeedIn } from '../cli/fake-io.ts';
import { newHost } from '../cli/hosts.ts';
import { missingServers, ScratchServices, serverTool } from '../conformance/host/services.ts';
import { describeWhere } from './needs.ts';

await describeWhere('the tables of a removed module, in PostgreSQL', missingServers(['postgres', 'psql']), () => {
  const services = new ScratchServices({ redis: false });
  afterAll(() => services.close());

  /** Runs SQL in a new database that has the tables of the runtime, and rows of the modules invoices and billing. */
  async function database() {
    const { DATABASE_URL: url = '' } = await services.fresh();
    const psql = (...args: string[]) =>
      execFileSync(serverTool('psql') ?? 'psql', [url, '-At', '--set', 'ON_ERROR_STOP=1', ...args], {
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'pipe'],
      }).trim();
    const { files, statement } = readRuntimeSql();
    for (const file of files) psql('-c', statementOf(file, statement));
    for (const name of ['invoices', 'billing']) {
      const sql = `create table ${name}_lines (id serial primary key); create table ${name}_version (version_num text);`;
      psql('-c', statementOf({ owner: name, file: '0001_lines.sql', sql }, statement));
      psql(
        '-c',
        `set search_path to ai;
         insert into modules (name, max_concurrent_jobs, max_attempts, lifecycle_events) values ('${name}', 1, 1, '{}');
         insert into subscriptions values ('user.deleted', '${name}');
         with event as (insert into events (id, name, data, source_module, correlation_id)
           values (gen_random_uuid(), 'a.b', '{}', '${name}', 'c') returning id)
         insert into deliveries (event_id, module) select id, '${name}' from event;
         insert into jobs (id, module, user_id, input_data, options, priority)
           values (gen_random_uuid(), '${name}', 'ann', '{}', '{}', 5);`,
      );
    }
    const left = () =>
      psql(
        '-c',
        `select string_agg(name, ' ' order by name) from (
           select 'jobs ' || module as name from ai.jobs union select 'deliveries ' || module from ai.deliveries
           union select 'counters ' || module from ai.job_counters union select 'subscriptions ' || module from ai.subscriptions
           union select 'modules ' || m.name from ai.modules m
           union select 'ledger ' || owner from ai.applied_migrations where owner <> 'runtime'
           union select tablename from pg_tables where tablename ~ '^(invoices|billing)_') as one`,
      );
    return { psql, left };
  }

  const billing =
    'billing_lines billing_version counters billing deliveries billing jobs billing ledger billing modules billing subscriptions billing';

  it('are deleted by the file of --drop-tables, also when it runs twice, and other modules keep theirs', async () => {
    const root = await newHost('fastify');
    await succeedIn(root, ['new', 'invoices', '--description', 'Text', '--author', 'Ann', '--yes']);
    const migrations = join(root, 'src/ai/modules/invoices/migrations');
    mkdirSync(migrations);
    writeFileSync(join(migrations, '0001_lines.sql'), 'create table invoices_lines (id serial primary key);\n');
    await succeedIn(root, ['remove', 'invoices', '--force', '--drop-tables', '--yes']);
    const file = join(root, 'sql/drop_invoices.sql');
    expect(readFileSync(file, 'utf8')).toContain('invoices_lines');
    const { psql, left } = await database();
    expect(left()).toContain('invoices_lines');
    psql('--file', file);
    expect(left()).toBe(billing);
    psql('--file', file);
    expect(left()).toBe(billing);
  });

  it('are deleted by the statements of a revision', async () => {
    const { psql, left } = await database();
    for (const statement of dropStatements('ai', 'invoices', ['invoices_lines'])) psql('-c', statement);
    expect(left()).toBe(billing);
  });
});
