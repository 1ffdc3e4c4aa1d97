import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sql } from 'drizzle-orm';
import { type Database, rowsOf } from './database.ts';

const LEDGER = `create table if not exists applied_migrations (
  owner text not null,
  file text not null,
  applied_at timestamptz not null default now(),
  primary key (owner, file)
)`;

/**
 * Runs the `*.sql` files of `folder` in the order of their names, each once and each as a whole.
 * `owner` is the module they belong to. Processes that start together wait for each other.
 */
export async function migrate(database: Database, owner: string, folder: string): Promise<void> {
  if (!existsSync(folder)) return;
  const files = (await readdir(folder)).filter((file) => file.endsWith('.sql')).sort();
  await database.exclusively(async () => {
    await database.execute(LEDGER);
    const applied = await appliedFiles(database, owner);
    for (const file of files.filter((name) => !applied.has(name))) {
      const text = await readFile(join(folder, file), 'utf8');
      // Statements sent together are one transaction: the file and its entry are applied both, or neither.
      await database.execute(
        `${text}\n;insert into applied_migrations (owner, file) values (${quote(owner)}, ${quote(file)})`,
      );
    }
  });
}

async function appliedFiles(database: Database, owner: string): Promise<Set<string>> {
  const rows = await rowsOf<{ file: string }>(
    database.db,
    sql`select file from applied_migrations where owner = ${owner}`,
  );
  return new Set(rows.map((row) => row.file));
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
