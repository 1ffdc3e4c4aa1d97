/** SQL that each database runs once, of the runtime or of a module. The ledger has a row with owner and file. */
export interface SqlFile {
  readonly owner: string;
  readonly file: string;
  readonly sql: string;
}

/** What the runtime needs in a database. */
export interface RuntimeSql {
  readonly files: readonly SqlFile[];
  /** The statement that runs a file once, with `{schema}`, `{owner}`, `{file}` and `{sql}`. */
  readonly statement: string;
}

/** A revision of alembic in the chain of a module, as code. */
export interface ModuleRevision {
  readonly module: string;
  readonly revision: string;
  /** `undefined` for the first one. */
  readonly previous: string | undefined;
  readonly text: string;
}

/** A revision to write for the application's migration tool. */
export interface Revision {
  /** Words for names of files and classes: `create ai tables`. */
  readonly words: readonly string[];
  /** A sentence for comments. */
  readonly title: string;
  /** SQL, each text one statement; or code for alembic. */
  readonly up: readonly string[] | ModuleRevision;
  /** SQL that undoes it; `undefined` if nothing can be undone. */
  readonly down: string | undefined;
  /** For a comment, if the statements do not run files. */
  readonly about?: string;
}

/** A comment for the statements of a revision. */
export function aboutOf({ about = 'Each statement runs one file, unless the database has run it.' }: Revision): string {
  return about;
}

/** The schema that revisions create the tables in. */
export const revisionSchema = 'ai';

/** The statement that runs a file once. */
export function statementOf({ owner, file, sql }: SqlFile, template: string): string {
  const values: Readonly<Record<string, string>> = {
    schema: revisionSchema,
    owner,
    file: quoted(file),
    sql: sql.trimEnd(),
  };
  let tag = '$sql$';
  for (let number = 1; sql.includes(tag); number += 1) tag = `$sql${number}$`;
  return template
    .replaceAll('$sql$', () => tag)
    .replace(/\{(schema|owner|file|sql)\}/g, (_, name: string) => values[name] ?? '')
    .trimEnd();
}

/** What a revision contains that has run this file or revision: found in the text of any file, it is written already. */
export function markOf(one: SqlFile | ModuleRevision): string {
  return 'owner' in one
    ? `insert into applied_migrations (owner, file) values ('${one.owner}', '${quoted(one.file)}')`
    : `insert into ${one.module}_version (version_num) values ('${one.revision}')`;
}

/** A name inside a text of SQL. */
function quoted(name: string): string {
  return name.replaceAll("'", "''");
}

/** Whether a file is a revision for tables of the runtime or of a module. */
export function isRevision(text: string): boolean {
  return /\binsert into (?:applied_migrations \(owner, file\)|\w+_version \(version_num\)) values \('/.test(text);
}

/** `CreateAiTables`, `create-ai-tables`, `create_ai_tables`: as a name that is there already. */
export function nameLike(words: readonly string[], example: string): string {
  if (example.includes('-')) return words.join('-');
  if (example.includes('_') || /^[a-z]*$/.test(example)) return words.join('_');
  return pascalName(words);
}

export function pascalName(words: readonly string[]): string {
  return words.map((word) => `${word.charAt(0).toUpperCase()}${word.slice(1)}`).join('');
}
