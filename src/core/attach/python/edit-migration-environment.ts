import { pythonStatements } from '../../code/python/parse-python.ts';
import type { AppFiles, FileEdit, PrintedEdit } from '../application.ts';
import { insertAt } from '../insert.ts';
import { revisionSchema } from '../migrations/revision.ts';

const filter = `def include_name(name: str | None, kind: str, _parents: object) -> bool:
    """Leave out the tables of the AI modules."""
    return kind != "schema" or name != "${revisionSchema}"`;

/** Lets alembic leave the schema of the modules out when it compares every schema of the database. */
export function editMigrationEnvironment(files: AppFiles, file: string): FileEdit | PrintedEdit {
  const text = files.read(file) ?? '';
  const lines = [...filter.split('\n'), 'context.configure(…, include_schemas=True, include_name=include_name)'];
  if (/\binclude_(?:name|object)\b/.test(text)) return { file, reason: 'it has a filter of its own', lines };
  const last = pythonStatements(text).all.filter(
    ({ kind, functions, indent }) => kind === 'import' && functions.length === 0 && indent === '',
  );
  const place = last.at(-1)?.end;
  if (place === undefined) return { file, reason: 'its layout is unusual', lines };
  const ending = text.includes('\r\n') ? '\r\n' : '\n';
  const inserted = insertAt(text, place, `\n\n${filter}\n`.replaceAll('\n', ending));
  const after = inserted.replace(
    /^([ \t]*)?(.*?)\binclude_schemas\s*=\s*True(,?)(?=[ \t]*(\r?\n)?)/gm,
    (_, indent = '', before: string, comma: string, end: string | undefined) =>
      before === '' && comma !== '' && end !== undefined
        ? `${indent}include_schemas=True,${ending}${indent}include_name=include_name,`
        : `${indent}${before}include_schemas=True, include_name=include_name${comma}`,
  );
  return { file, after };
}
