import { getTableColumns, sql, type Table } from 'drizzle-orm';
import { type Db, rowsOf } from '../db/database.ts';

/** The columns of a table as its model declares them, sorted by name; `*` marks those that may be null. */
export function columnsInCode(table: Table): string[] {
  const columns = Object.values(getTableColumns(table));
  return columns.map(({ name, notNull }) => (notNull ? name : `${name}*`)).sort();
}

/** The same, as the migrations have made them. */
export async function columnsInDatabase(db: Db, table: string): Promise<string[]> {
  const columns = await rowsOf<{ column_name: string; is_nullable: string }>(
    db,
    sql`select column_name, is_nullable from information_schema.columns
      where table_name = ${table} and table_schema = any (current_schemas(false))`,
  );
  return columns.map((column) => `${column.column_name}${column.is_nullable === 'YES' ? '*' : ''}`).sort();
}
