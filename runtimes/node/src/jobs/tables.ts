import { sql } from 'drizzle-orm';
import { index, integer, json, pgTable, text, timestamp, uuid } from 'drizzle-orm/pg-core';
import { JOB_STATUSES, type JobStatus, type JsonObject } from '../engine/store.ts';

// Modules of version 0.1 have tables of jobs of their own. The runtime doesn't use them any more.

export { JOB_STATUSES, type JobStatus, type JsonObject };

const moment = () => timestamp({ withTimezone: true });
// json, not jsonb: jsonb refuses NUL characters and half surrogate pairs, which are legal in a request.
const document = () => json().$type<JsonObject>().notNull();

/** @deprecated Jobs of all modules are in a table of the runtime. */
export function jobsTable(name: string) {
  const columns = {
    id: uuid().primaryKey(),
    user_id: text().notNull(),
    status: text({ enum: JOB_STATUSES }).notNull(),
    input_data: document(),
    options: document(),
    priority: integer().notNull(),
    progress_percent: integer().notNull().default(0),
    attempt: integer().notNull().default(0),
    error_code: text(),
    result_id: uuid(),
    /** Proves that a worker still owns the attempt. */
    claim_token: uuid(),
    /** Until when the owner of the claim counts as alive. */
    lease_until: moment(),
    /** A pending job is not started before. */
    due_at: moment().notNull().default(sql`now()`),
    created_at: moment().notNull().default(sql`now()`),
    started_at: moment(),
    completed_at: moment(),
    failed_at: moment(),
    cancelled_at: moment(),
  };
  return pgTable(name, columns, (table) => [
    index(`${name}_user`).on(table.user_id, table.created_at),
    index(`${name}_status`).on(table.status, table.due_at),
  ]);
}

/** @deprecated Results of all modules are in a table of the runtime. */
export function resultsTable(name: string, jobs: JobsTable) {
  return pgTable(name, {
    id: uuid().primaryKey(),
    job_id: uuid()
      .notNull()
      .unique()
      .references(() => jobs.id, { onDelete: 'cascade' }),
    output_data: document(),
    /** How long the attempt that made it took. */
    duration_ms: integer().notNull(),
    created_at: moment().notNull().default(sql`now()`),
  });
}

/** @deprecated */
export type JobsTable = ReturnType<typeof jobsTable>;
/** @deprecated */
export type ResultsTable = ReturnType<typeof resultsTable>;
/** @deprecated */
export type JobRow = JobsTable['$inferSelect'];
/** @deprecated */
export type ResultRow = ResultsTable['$inferSelect'];

/** @deprecated */
export interface JobTables {
  readonly jobs: JobsTable;
  readonly results: ResultsTable;
}
