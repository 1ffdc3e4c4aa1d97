import type { Database } from './database.ts';

/** The host's own tables; those of modules come from their migrations. */
export async function createHostTables(database: Database): Promise<void> {
  await database.exclusively(() =>
    database.execute(`
      create table if not exists host_workers (
        id uuid primary key,
        seen_at timestamptz not null default now()
      );
      create table if not exists test_events (
        seq bigserial primary key,
        event json not null
      );
      delete from host_workers where seen_at < now() - interval '1 day'`),
  );
}
