import { JobService, type JobView, type ModuleContext, type User } from 'ai-module-runtime';
import { and, desc, eq, gte } from 'drizzle-orm';
import type { Config } from './config.ts';
import { entries } from './models.ts';
import { createProvider } from './provider.ts';
import type * as schemas from './schemas.ts';
import type { Input, Options, Output } from './schemas.ts';
import { checkAmounts } from './utils.ts';

type Db = ModuleContext['db'];

/** Enters every invoice that a job has read in the ledger of its user. */
export class InvoicesService extends JobService<Config, Input, Options, Output> {
  override readonly provider = createProvider(this.config, this.context);

  /** The entry is stored in the transaction that completes the job: both or neither. */
  protected override async onCompleted({ job_id, user_id }: JobView, output: Output, db: Db): Promise<void> {
    const { number, supplier, dated, currency, totals } = output;
    await db.insert(entries).values({ job_id, user_id, number, supplier, dated, currency, gross: totals.gross });
  }

  protected override async onUserErased(userId: string, db: Db): Promise<void> {
    await db.delete(entries).where(eq(entries.user_id, userId));
  }

  /** Answers `POST /check`. */
  async check({ lines, totals }: schemas.CheckInput, _user: User): Promise<schemas.CheckOutput> {
    return { problems: checkAmounts(lines, totals) };
  }

  /** Answers `GET /ledger`: only the entries of the user. */
  async getLedger(query: schemas.GetLedgerInput, user: User): Promise<schemas.GetLedgerOutput> {
    const { since, currency, limit } = query;
    const rows = await this.context.db
      .select()
      .from(entries)
      .where(
        and(
          eq(entries.user_id, user.id),
          since === undefined ? undefined : gte(entries.dated, since),
          currency === undefined ? undefined : eq(entries.currency, currency),
        ),
      )
      .orderBy(desc(entries.booked_at), entries.job_id)
      .limit(limit);
    return { entries: rows.map(entryOf) };
  }
}

/** Without what the invoice did not say: an optional property is absent, never null. */
function entryOf({ job_id, number, supplier, dated, currency, gross, booked_at }: typeof entries.$inferSelect) {
  return {
    job_id,
    ...(number === null ? {} : { number }),
    ...(supplier === null ? {} : { supplier }),
    ...(dated === null ? {} : { dated }),
    currency,
    gross,
    booked_at: booked_at.toISOString(),
  };
}
