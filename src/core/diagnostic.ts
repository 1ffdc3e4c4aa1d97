/** Lines and columns are 1-based; columns count UTF-16 code units; `end` is exclusive. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

export interface Range {
  readonly start: Position;
  readonly end: Position;
}

export type Severity = 'error' | 'warning';

/** A problem in a file, with its rule and position. Diagnostics are returned, never thrown. */
export interface Diagnostic {
  readonly rule: string;
  readonly severity: Severity;
  readonly message: string;
  readonly file: string;
  readonly range?: Range;
  readonly hint?: string;
  /** A safe correction. */
  readonly fix?: Edit;
}

/** Offsets in UTF-16 code units of the file's text without a byte order mark; `to` is exclusive. */
export interface Edit {
  readonly from: number;
  readonly to: number;
  readonly text: string;
}

/** The order of a report: by file, position and message, so that two runs print the same text. */
export function compareDiagnostics(a: Diagnostic, b: Diagnostic): number {
  return (
    byFile(a, b) ||
    (a.range?.start.line ?? 0) - (b.range?.start.line ?? 0) ||
    (a.range?.start.column ?? 0) - (b.range?.start.column ?? 0) ||
    compareText(a.message, b.message)
  );
}

export function byFile(a: Diagnostic, b: Diagnostic): number {
  return compareText(a.file, b.file);
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** A problem in a manifest, without its position in the text. `at` selects the key or the value at `path`. */
export interface Problem {
  readonly path: readonly (string | number)[];
  readonly at: 'key' | 'value';
  readonly message: string;
  readonly hint?: string;
  /** The text at that position → a safe replacement. */
  readonly fix?: (text: string) => string;
}

/** A problem and the id of its rule. */
export interface RuleProblem extends Problem {
  readonly rule: string;
}

/** The problem of a value, with an optional hint. */
export function problemAt(path: Problem['path'], message: string, hint?: string): Problem {
  return { path, at: 'value', message, ...(hint === undefined ? {} : { hint }) };
}

/** The problems that `check` finds in the items. A loop, because it takes half the time of flatMap. */
export function problemsIn<T>(items: readonly T[], check: (item: T, index: number) => Problem | undefined): Problem[] {
  const found: Problem[] = [];
  for (let index = 0; index < items.length; index += 1) {
    const problem = check(items[index] as T, index);
    if (problem) found.push(problem);
  }
  return found;
}

/** Line and column of an offset in a text. */
export function positionAt(text: string, offset: number): Position {
  const before = text.slice(0, offset);
  const start = before.lastIndexOf('\n') + 1;
  let line = 1;
  for (let at = before.indexOf('\n'); at !== -1; at = before.indexOf('\n', at + 1)) line += 1;
  return { line, column: offset - start + 1 };
}

export function rangeBetween(text: string, from: number, to: number): Range {
  return { start: positionAt(text, from), end: positionAt(text, to) };
}
