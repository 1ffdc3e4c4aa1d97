/** Statements, each with a semicolon, that delete what a module left in the schema of the runtime. */
export function dropStatements(schema: string, module: string, tables: readonly string[]): string[] {
  const at = (table: string) => (schema === '' ? table : `"${schema}".${table}`);
  const all = [...tables, `${module}_version`].map(at).join(', ');
  const rows = [
    ...['deliveries', 'jobs', 'job_counters', 'subscriptions'].map((table) => [table, 'module'] as const),
    ['modules', 'name'] as const,
    ['applied_migrations', 'owner'] as const,
  ];
  return [
    `drop table if exists ${all};`,
    ...rows.map(([table, column]) => `delete from ${at(table)} where ${column} = '${module}';`),
  ];
}

/** The same as a file that an administrator runs. */
export function dropScript(module: string, tables: readonly string[], path: string): string {
  return `-- Deletes the tables, jobs and results of the removed module ${module}. Nothing runs this file by itself.
-- Run it once on each database, after the hosts run without the module:
--   psql "$DATABASE_URL" --set ON_ERROR_STOP=1 --file ${path}
begin;
-- The schema that AI_DATABASE_SCHEMA names, which is "ai" by default.
set local search_path to "ai";
${dropStatements('', module, tables).join('\n')}
commit;
`;
}
