import type { Statement } from '../code/statements.ts';

/** Inserts a line after a statement, with its indentation and the file's line endings. */
export function insertAfter(text: string, { indent, end }: Statement, line: string): string {
  return insertAt(text, end, `${indent}${line}`);
}

export function insertAt(text: string, offset: number, line: string): string {
  const ending = endingOf(text);
  const before = text.slice(0, offset);
  const gap = before === '' || before.endsWith('\n') ? '' : ending;
  return `${before}${gap}${line}${ending}${text.slice(offset)}`;
}

function endingOf(text: string): string {
  return text.includes('\r\n') ? '\r\n' : '\n';
}

/**
 * Inserts an import among the imports at the top level: sorted into those of the same package, as isort and ruff do,
 * else after the last one.
 */
export function insertImport(
  text: string,
  imports: readonly Statement[],
  line: string,
  moduleOf: (line: string) => string,
  isGrouped = true,
): string {
  const module = moduleOf(line);
  const first = module.split(/[./]/)[0] ?? '';
  const known = imports.map((statement) => ({ statement, module: moduleOf(text.slice(statement.from, statement.to)) }));
  const related = isGrouped
    ? known.filter(({ module: one }) => one !== '' && (one.split(/[./]/)[0] ?? '') === first)
    : [];
  const later = related.find(({ module: one }) => one > module);
  if (later) return insertAt(text, text.lastIndexOf('\n', later.statement.from - 1) + 1, line);
  const last = related.at(-1)?.statement ?? imports.at(-1);
  if (last === undefined) return insertAt(text, firstCode(text), `${line}${endingOf(text)}`);
  const separate = isGrouped && related.length === 0 && needsGap(text, last, first) ? endingOf(text) : '';
  return insertAt(text, last.end, `${separate}${line}`);
}

/** Packages of the application itself form a group of their own. */
function needsGap(text: string, { from, to }: Statement, first: string): boolean {
  return !text.slice(from, to).includes(first);
}

/** Behind a comment, docstring or directive at the beginning. */
function firstCode(text: string): number {
  const start =
    /^(?:\ufeff|#[^\n]*\n|\/\/[^\n]*\n|\s*(["'])use strict\1;?\r?\n|\s*("""|''')[\s\S]*?\2[ \t]*\r?\n|[ \t]*\r?\n)*/.exec(
      text,
    );
  return start?.[0].length ?? 0;
}
