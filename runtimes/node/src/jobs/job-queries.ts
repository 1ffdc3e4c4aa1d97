import { and, desc, eq, inArray, lt, lte, or, sql } from 'drizzle-orm';
import { type Db, rowsOf } from '../db/database.ts';
import type { JobRow, JobStatus, JobTables, ResultRow } from './tables.ts';

export interface JobPage {
  readonly user_id: string;
  readonly skip: number;
  readonly limit: number;
  readonly status?: JobStatus | undefined;
}

export interface JobStats {
  total_jobs: number;
  pending_jobs: number;
  processing_jobs: number;
  completed_jobs: number;
  failed_jobs: number;
  cancelled_jobs: number;
  /** 0 while nothing has been completed. */
  avg_duration_ms: number;
}

const BATCH = 500;

/** Everything about jobs that does not move one from state to state. */
export class JobQueries {
  readonly #db: Db;
  readonly #tables: JobTables;

  constructor(db: Db, tables: JobTables) {
    this.#db = db;
    this.#tables = tables;
  }

  async find(id: string): Promise<JobRow | undefined> {
    const { jobs } = this.#tables;
    return (await this.#db.select().from(jobs).where(eq(jobs.id, id)))[0];
  }

  async findResult(jobId: string): Promise<ResultRow | undefined> {
    const { results } = this.#tables;
    return (await this.#db.select().from(results).where(eq(results.job_id, jobId)))[0];
  }

  /** Newest first; jobs of the same instant keep a stable order. */
  async list({ user_id, status, skip, limit }: JobPage): Promise<{ rows: JobRow[]; total: number }> {
    const { jobs } = this.#tables;
    const mine = and(eq(jobs.user_id, user_id), status && eq(jobs.status, status));
    const newest = [desc(jobs.created_at), desc(jobs.id)];
    // One snapshot for both: a job that comes in between must not be counted and yet be missing.
    const snapshot = { isolationLevel: 'repeatable read', accessMode: 'read only' } as const;
    return this.#db.transaction(async (tx) => {
      const page = tx
        .select()
        .from(jobs)
        .where(mine)
        .orderBy(...newest)
        .offset(skip)
        .limit(limit);
      return { rows: await page, total: await tx.$count(jobs, mine) };
    }, snapshot);
  }

  async stats(): Promise<JobStats> {
    const { jobs, results } = this.#tables;
    const of = (status: JobStatus) => sql`count(*) filter (where status = ${status})::int`;
    const [row] = await rowsOf<JobStats>(
      this.#db,
      sql`select count(*)::int as total_jobs,
        ${of('pending')} as pending_jobs,
        ${of('processing')} as processing_jobs,
        ${of('completed')} as completed_jobs,
        ${of('failed')} as failed_jobs,
        ${of('cancelled')} as cancelled_jobs,
        (select coalesce(avg(duration_ms), 0)::float8 from ${results}) as avg_duration_ms
      from ${jobs}`,
    );
    if (!row) throw new Error('no statistics');
    return row;
  }

  activeOf(user_id: string): Promise<JobRow[]> {
    const { jobs } = this.#tables;
    return this.#db
      .select()
      .from(jobs)
      .where(and(eq(jobs.user_id, user_id), this.#active()));
  }

  active(): Promise<JobRow[]> {
    return this.#db.select().from(this.#tables.jobs).where(this.#active());
  }

  /** Jobs nobody seems to work on: pending for `pendingSeconds`, or claimed by a worker that went silent. */
  async takeStale(pendingSeconds: number): Promise<JobRow[]> {
    const { jobs } = this.#tables;
    const forgotten = and(eq(jobs.status, 'pending'), lt(jobs.due_at, secondsAgo(pendingSeconds)));
    const abandoned = and(eq(jobs.status, 'processing'), lte(jobs.lease_until, sql`now()`));
    const stale = this.#db.select({ id: jobs.id }).from(jobs).where(or(forgotten, abandoned)).limit(BATCH);
    // Due from now on, so that the next round does not find the same ones.
    return this.#db.update(jobs).set({ due_at: sql`now()` }).where(inArray(jobs.id, stale)).returning();
  }

  /** Ends every claim: for a start after which no earlier worker can be alive. */
  async expireClaims(): Promise<void> {
    const { jobs } = this.#tables;
    await this.#db.update(jobs).set({ lease_until: sql`now()` }).where(eq(jobs.status, 'processing'));
  }

  deleteOf(user_id: string): Promise<unknown> {
    const { jobs } = this.#tables;
    return this.#db.delete(jobs).where(eq(jobs.user_id, user_id));
  }

  /** Deletes jobs that ended more than `days` ago, with their results; returns how many. */
  async deleteOlderThan(days: number): Promise<number> {
    const { jobs } = this.#tables;
    const ended = sql`coalesce(${jobs.completed_at}, ${jobs.failed_at}, ${jobs.cancelled_at})`;
    const old = lt(ended, secondsAgo(days * 86_400));
    return (await this.#db.delete(jobs).where(old).returning({ id: jobs.id })).length;
  }

  #active() {
    return inArray(this.#tables.jobs.status, ['pending', 'processing']);
  }
}

function secondsAgo(seconds: number) {
  return sql`now() - make_interval(secs => ${seconds})`;
}
