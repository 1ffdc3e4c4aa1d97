import { date, numeric, pgTable, text, timestamp, uuid } from 'drizzle-orm/pg-core';
import type { Output } from './schemas.ts';

/** The ledger: one row for each invoice that was read. It stays when the job is deleted. See `migrations/`. */
export const entries = pgTable('invoices_entries', {
  job_id: uuid().primaryKey(),
  user_id: text().notNull(),
  number: text(),
  supplier: text(),
  dated: date(),
  currency: text().$type<Output['currency']>().notNull(),
  gross: numeric({ precision: 14, scale: 2, mode: 'number' }).notNull(),
  booked_at: timestamp({ withTimezone: true }).notNull().defaultNow(),
});
