import type { CodeFile, Expression } from './expression.ts';
import type { Named } from './facts.ts';
import { placeOf } from './guards.ts';
import type { Program } from './program.ts';
import { tableKey } from './python-definitions.ts';

/** What makes a table of SQLAlchemy, of Drizzle, and of the host's. */
const makers = new Set(['Table', 'pgTable', 'jobsTable', 'resultsTable']);

/** Tables that the code names; those whose names it works out are not told. */
export function tablesIn(program: Program, files: readonly CodeFile[]): Named[] {
  return files.flatMap((file) => {
    const inClasses = file.classes.map(({ entries }) => entries.findLast(({ key }) => key === tableKey)?.value);
    const made = file.calls.filter(({ callee }) => makers.has(program.nameOf({ file, expression: callee }) ?? ''));
    return [...inClasses, ...made.map(({ args }) => args[0])].flatMap((given) => namedBy(program, file, given));
  });
}

function namedBy(program: Program, file: CodeFile, expression: Expression | undefined): Named[] {
  const name = expression && program.textOf({ file, expression });
  if (!expression || name === undefined) return [];
  return [{ name, place: placeOf({ file, expression }), isSure: true }];
}
