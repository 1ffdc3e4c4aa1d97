import { pythonStatements } from '../../code/python/parse-python.ts';
import type { AppFiles, FileEdit, PrintedEdit } from '../application.ts';
import { insertAfter, insertImport } from '../insert.ts';
import type { PythonEntry } from './entry-points.ts';
import { type ImportNames, isRelative, specifierOf } from './import-names.ts';

/** Adds the import and the call that attach the guest; prints them if their position is uncertain. */
export function editPythonEntry(
  files: AppFiles,
  { file, line: madeAt, name, statement, isBroken, moreLines }: PythonEntry,
  names: ImportNames,
  dir: string,
): FileEdit | PrintedEdit {
  const text = files.read(file) ?? '';
  const isTaken = /\battach\b/.test(text);
  const call = isTaken ? 'attach_ai' : 'attach';
  const alias = isTaken ? 'attach as attach_ai' : 'attach';
  const line = `from ${specifierOf(names, file, `${dir}/attachment.py`, isRelative(files, names, file))} import ${alias}`;
  const lines = [line, `${call}(${name ?? 'app'})  # directly after the application was made`];
  if (moreLines.length > 0)
    return { file, reason: `the application is made at lines ${[madeAt, ...moreLines].join(', ')}`, lines };
  if (statement === undefined || name === undefined)
    return {
      file,
      reason: isBroken ? 'there is a syntax error' : 'the application has no name on a line of its own',
      lines,
    };
  if (/\blifespan_context\s*=/.test(text))
    return {
      file,
      reason: 'it replaces the lifespan of the application later',
      lines: [line, `${call}(${name})  # after that`],
    };
  const called = insertAfter(text, statement, `${call}(${name})`);
  const imports = pythonStatements(called).all.filter(
    ({ kind, functions, indent, from }) =>
      kind === 'import' && functions.length === 0 && indent === '' && from < statement.from,
  );
  return { file, after: insertImport(called, imports, line, moduleOf) };
}

/** The module that a line imports from. */
function moduleOf(line: string): string {
  return /^from[ \t]+([\w.]+)/.exec(line)?.[1] ?? /^import[ \t]+([\w.]+)/.exec(line)?.[1] ?? '';
}
