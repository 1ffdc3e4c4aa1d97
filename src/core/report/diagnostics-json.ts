import type { Diagnostic } from '../diagnostic.ts';
import { type CheckReport, countOf } from './check-report.ts';
import { jsonDocument } from './json-document.ts';

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
