import { type CheckReport, countOf } from './check-report.ts';

/** The report as JSON; docs/schema/diagnostics.schema.json describes it. */
export function diagnosticsToJson(report: CheckReport): string {
  const diagnostics = report.diagnostics.map(({ rule, severity, file, range, message, hint, fix }) => ({
    rule,
    severity,
    file,
    ...(range && { range }),
    message,
    ...(hint !== undefined && { hint }),
    ...(fix && { fix }),
  }));
  const { files, fixed } = report;
  const [errors, warnings] = [countOf(report, 'error'), countOf(report, 'warning')];
  return `${JSON.stringify({ errors, warnings, files, diagnostics, ...(fixed && { fixed }) }, null, 2)}\n`;
}
