import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import type { Host, Launcher, ModuleFacts } from '../conformance/host/host.ts';
import { serverTool } from '../conformance/host/services.ts';

/** Counts from the tables of a module. */
export interface StoredJobs {
  readonly jobs: number;
  readonly unfinished: number;
  /** Completed jobs without exactly one result. */
  readonly withoutOneResult: number;
  /** Results without a completed job. */
  readonly strayResults: number;
}

/** Queries the database directly. For an embedded database the host must be stopped, as it serves one process only. */
export function storedJobs(launcher: Launcher, host: Host, { name }: ModuleFacts): StoredJobs {
  const [jobs = 0, unfinished = 0, withoutOneResult = 0, strayResults = 0] = query(launcher, host, sqlFor(name))
    .trim()
    .split('|')
    .map(Number);
  return { jobs, unfinished, withoutOneResult, strayResults };
}

const sqlFor = (module: string): string => `select
  (select count(*) from ${module}_jobs),
  (select count(*) from ${module}_jobs where status in ('pending', 'processing')),
  (select count(*) from ${module}_jobs j where status = 'completed'
    and (select count(*) from ${module}_results r where r.job_id = j.id) <> 1),
  (select count(*) from ${module}_results r
    where not exists (select 1 from ${module}_jobs j where j.id = r.job_id and j.status = 'completed'))`;

function query({ dir, program, stack }: Launcher, host: Host, sql: string): string {
  const url = host.services.DATABASE_URL;
  if (url !== undefined)
    return execFileSync(serverTool('psql') ?? 'psql', [url, '-At', '-c', sql], { encoding: 'utf8' });
  const [flags, script, data] =
    stack === 'fastify'
      ? [['--input-type=module', '-e'], inPglite, join(host.dataDir, 'pg')]
      : [['-c'], inSqlite, join(host.dataDir, 'app.db')];
  return execFileSync(program, [...flags, script, data, sql], { cwd: dir, encoding: 'utf8' });
}

const inPglite = `
  import { PGlite } from '@electric-sql/pglite';
  const lite = await PGlite.create(process.argv[1]);
  const { rows } = await lite.query(process.argv[2], [], { rowMode: 'array' });
  console.log(rows[0].join('|'));
  await lite.close();
`;

const inSqlite = `
import sqlite3, sys
print(*sqlite3.connect(sys.argv[1]).execute(sys.argv[2]).fetchone(), sep='|')
`;
