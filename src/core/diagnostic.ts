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
