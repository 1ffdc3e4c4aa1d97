import type { Host, ModuleFacts } from '../conformance/host/host.ts';
import { queryDatabase } from '../conformance/host/query.ts';

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
  const [jobs = 0, unfinished = 0, withoutOneResult = 0, strayResults = 0] = queryDatabase(host, sqlFor(name))
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
