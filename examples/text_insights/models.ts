/*
 * The tables of this module. Jobs and results are in tables of the runtime. For a table of your own, write SQL such as
 * `create table text_insights_items (id uuid primary key)` in `migrations/0001_items.sql`, and describe it here:
 *
 *   import { pgTable, uuid } from 'drizzle-orm/pg-core';
 *
 *   export const items = pgTable('text_insights_items', { id: uuid().primaryKey() });
 */
export {};
