import type { Diagnostic } from '../diagnostic.ts';
import type { PackProblem } from '../pack/check/pack-problem.ts';
import { counted } from '../text/display.ts';
import type { Paint } from './check-report.ts';
import { diagnosticToJson, jsonDocument } from './json.ts';
import { reportDiagnostics } from './pretty.ts';

/** The result of `pack check`. */
export interface PackReport {
  /** Absent if pack.yaml is invalid. */
  readonly pack: { readonly name: string; readonly version: string } | undefined;
  readonly files: number;
  readonly diagnostics: readonly Diagnostic[];
  /** The texts of files with diagnostics, by their names in the diagnostics. */
  readonly texts: ReadonlyMap<string, string>;
}

/** A problem of a pack as a diagnostic; `file` is the path to show. */
export function packDiagnostic({ rule, line, column = 1, message, hint }: PackProblem, file: string): Diagnostic {
  const at = line === undefined ? undefined : { line, column };
  return { rule, severity: 'error', file, message, hint, ...(at && { range: { start: at, end: at } }) };
}

export function reportPack({ pack, files, diagnostics, texts }: PackReport, paint: Paint): string {
  const name = pack === undefined ? 'the pack' : `${pack.name} ${pack.version}`;
  const summary =
    diagnostics.length === 0
      ? paint.green(`${name}: ${counted(files, 'file')} without problems`)
      : paint.red(
          `${name}: ${counted(diagnostics.length, 'problem')} in ${counted(new Set(diagnostics.map(({ file }) => file)).size, 'file')}`,
        );
  return `${reportDiagnostics(diagnostics, texts, paint)}${summary}\n`;
}

export function packToJson({ pack, files, diagnostics }: PackReport): string {
  return jsonDocument('pack check', { pack: pack ?? null, files, diagnostics: diagnostics.map(diagnosticToJson) });
}
