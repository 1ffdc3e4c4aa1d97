import type { Diagnostic } from '../diagnostic.ts';
import { againstToJson } from './against.ts';
import { type CheckReport, countOf } from './check-report.ts';

/** Incremented when a field is removed or changes its meaning. */
const schemaVersion = 1;

/** The output of `--json` for a command; docs/schema/output.schema.json describes it. */
export function jsonDocument(command: string, fields: Readonly<Record<string, unknown>>): string {
  return `${JSON.stringify({ schemaVersion, command, ...fields }, null, 2)}\n`;
}

/** The report as JSON; docs/schema/diagnostics.schema.json describes it. */
export function diagnosticsToJson(report: CheckReport): string {
  const { files, fixed, written } = report;
  return jsonDocument('validate', {
    ...(written !== undefined && { written }),
    errors: countOf(report, 'error'),
    warnings: countOf(report, 'warning'),
    files,
    diagnostics: report.diagnostics.map(diagnosticToJson),
    ...(fixed && { fixed }),
    ...(report.against && { against: againstToJson(report.against) }),
  });
}

export function diagnosticToJson({ rule, severity, file, range, message, hint, fix }: Diagnostic): object {
  return {
    rule,
    severity,
    file,
    ...(range && { range }),
    message,
    ...(hint !== undefined && { hint }),
    ...(fix && { fix }),
  };
}
