import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Host, ModuleFacts } from '../conformance/host/host.ts';
import { serverTool } from '../conformance/host/services.ts';

/** Counts of the jobs of a module. */
export interface StoredJobs {
  readonly jobs: number;
  readonly unfinished: number;
  /** Completed jobs without exactly one result. */
  readonly withoutOneResult: number;
  /** Results without a completed job. */
  readonly strayResults: number;
}

/** Queries the database directly, while the host runs. */
export function storedJobs(host: Host, { name }: ModuleFacts): StoredJobs {
  const [jobs = 0, unfinished = 0, withoutOneResult = 0, strayResults = 0] = query(host, sqlFor(name))
    .trim()
    .split('|')
    .map(Number);
  return { jobs, unfinished, withoutOneResult, strayResults };
}

const sqlFor = (module: string): string => `with own as (select * from ai.jobs where module = '${module}') select
  (select count(*) from own),
  (select count(*) from own where status in ('pending', 'processing')),
  (select count(*) from own where status = 'completed'
    and (select count(*) from ai.results r where r.job_id = own.id) <> 1),
  (select count(*) from ai.results r join own on own.id = r.job_id where own.status <> 'completed')`;

function query(host: Host, sql: string): string {
  const url = host.services.DATABASE_URL ?? embeddedUrl(host);
  return execFileSync(serverTool('psql') ?? 'psql', [url, '-At', '-c', sql], { encoding: 'utf8' });
}

/** The server of an embedded database writes the folder of its socket to a file. */
function embeddedUrl({ dataDir }: Host): string {
  const socket = readFileSync(join(dataDir, 'pg/postmaster.pid'), 'utf8').split('\n')[4];
  return `postgresql://postgres@/postgres?host=${socket}`;
}
