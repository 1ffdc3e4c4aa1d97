import { and, eq, inArray, lte, or, type SQL, sql } from 'drizzle-orm';
import type { Db } from '../db/database.ts';
import type { JobRow, JobTables, JsonObject } from './tables.ts';

export type NewJob = Pick<JobRow, 'id' | 'user_id' | 'input_data' | 'options' | 'priority'>;

/** A job and the token of the claim under which a worker holds it. */
export interface Claim {
  readonly job: JobRow;
  readonly token: string;
}

const now = sql`now()`;
const ACTIVE = ['pending', 'processing'] as const;
const FREED = { claim_token: null, lease_until: null };

/** `now()` of the database plus some seconds: the clocks of the machines need not agree. */
const inSeconds = (seconds: number) => sql`now() + make_interval(secs => ${seconds})`;

/**
 * The state machine: pending → processing → completed | failed | cancelled. Every move is one UPDATE guarded by the
 * state it starts from, so that of two who try, one wins; a move that touches no row has not happened.
 */
export class JobStore {
  readonly #db: Db;
  readonly #tables: JobTables;
  readonly #leaseSeconds: number;

  constructor(db: Db, tables: JobTables, leaseSeconds: number) {
    this.#db = db;
    this.#tables = tables;
    this.#leaseSeconds = leaseSeconds;
  }

  /** Adds a pending job; `undefined` when the user has `limit` active ones. An id that exists is left as it is. */
  async add(job: NewJob, limit: number): Promise<{ job: JobRow; isNew: boolean } | undefined> {
    const { jobs } = this.#tables;
    return this.#db.transaction(async (tx) => {
      // Two requests of one user must not both take the last place.
      await tx.execute(sql`select pg_advisory_xact_lock(hashtext(${job.user_id}))`);
      const [existing] = await tx.select().from(jobs).where(eq(jobs.id, job.id));
      if (existing) return { job: existing, isNew: false };
      const active = await tx.$count(jobs, and(eq(jobs.user_id, job.user_id), inArray(jobs.status, ACTIVE)));
      if (active >= limit) return undefined;
      const [added] = await tx
        .insert(jobs)
        .values({ ...job, status: 'pending' })
        .returning();
      return added && { job: added, isNew: true };
    });
  }

  /** pending, or processing under a claim that has expired → processing. `undefined`: somebody else has it. */
  async claim(id: string, token: string): Promise<Claim | undefined> {
    const { jobs } = this.#tables;
    const due = and(eq(jobs.status, 'pending'), lte(jobs.due_at, now));
    const abandoned = and(eq(jobs.status, 'processing'), lte(jobs.lease_until, now));
    const job = await this.#move(and(eq(jobs.id, id), or(due, abandoned)), {
      status: 'processing',
      claim_token: token,
      lease_until: inSeconds(this.#leaseSeconds),
      attempt: sql`${jobs.attempt} + 1`,
      started_at: sql`coalesce(${jobs.started_at}, now())`,
    });
    return job && { job, token };
  }

  /** Says that the worker is alive. False: the claim is lost, to a cancellation or to another worker. */
  async renew(claim: Claim): Promise<boolean> {
    return (await this.#move(this.#held(claim), { lease_until: inSeconds(this.#leaseSeconds) })) !== undefined;
  }

  /** Raises the progress, never lowers it; 100 is kept for completed jobs. False: the claim is lost. */
  async progress(claim: Claim, percent: number): Promise<boolean> {
    const raised = sql`greatest(${this.#tables.jobs.progress_percent}, ${percent}::int)`;
    return (await this.#move(this.#held(claim), { progress_percent: raised })) !== undefined;
  }

  /**
   * processing → completed, together with its result. `undefined`: the claim is lost, and so is the result. Called
   * again with the same `result_id` it answers the same, so that who never heard the first answer may ask again.
   */
  async complete(
    claim: Claim,
    output_data: JsonObject,
    duration_ms: number,
    result_id: string = crypto.randomUUID(),
  ): Promise<JobRow | undefined> {
    const { jobs, results } = this.#tables;
    return this.#db.transaction(async (tx) => {
      const done = { status: 'completed' as const, progress_percent: 100, result_id, completed_at: now, ...FREED };
      const [job] = await tx.update(jobs).set(done).where(this.#held(claim)).returning();
      if (!job)
        return (
          await tx
            .select()
            .from(jobs)
            .where(and(eq(jobs.id, claim.job.id), eq(jobs.result_id, result_id)))
        )[0];
      await tx.insert(results).values({ id: result_id, job_id: job.id, output_data, duration_ms });
      return job;
    });
  }

  /** processing → failed. */
  fail(claim: Claim, error_code: string): Promise<JobRow | undefined> {
    return this.#move(this.#held(claim), { status: 'failed', error_code, failed_at: now, ...FREED });
  }

  /** processing → pending, not to be started before `delaySeconds` have passed. */
  retry(claim: Claim, delaySeconds: number): Promise<JobRow | undefined> {
    return this.#move(this.#held(claim), { status: 'pending', due_at: inSeconds(delaySeconds), ...FREED });
  }

  /** pending → failed, for a job that could not be queued. */
  failPending(id: string, error_code: string): Promise<JobRow | undefined> {
    const { jobs } = this.#tables;
    const pending = and(eq(jobs.id, id), eq(jobs.status, 'pending'));
    return this.#move(pending, { status: 'failed', error_code, failed_at: now });
  }

  /** pending or processing → cancelled. */
  cancel(id: string): Promise<JobRow | undefined> {
    const { jobs } = this.#tables;
    const active = and(eq(jobs.id, id), inArray(jobs.status, ACTIVE));
    return this.#move(active, { status: 'cancelled', cancelled_at: now, ...FREED });
  }

  #held(claim: Claim): SQL | undefined {
    const { jobs } = this.#tables;
    return and(eq(jobs.id, claim.job.id), eq(jobs.claim_token, claim.token), eq(jobs.status, 'processing'));
  }

  async #move(from: SQL | undefined, to: Parameters<ReturnType<Db['update']>['set']>[0]): Promise<JobRow | undefined> {
    const [row] = await this.#db
      .update(this.#tables.jobs)
      .set(to as Partial<JobRow>)
      .where(from)
      .returning();
    return row;
  }
}
