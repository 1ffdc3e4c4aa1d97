import type { Diagnostic } from '../../diagnostic.ts';
import { type CheckReport, summaryOf } from '../check-report.ts';

/** Workflow commands of GitHub Actions: each diagnostic is shown at its line in the pull request. */
export function diagnosticsToGithub(report: CheckReport): string {
  return [...report.diagnostics.map(commandOf), summaryOf(report), ''].join('\n');
}

function commandOf({ severity, rule, file, range, message, hint }: Diagnostic): string {
  const { start, end } = range ?? {};
  const isOneLine = start !== undefined && start.line === end?.line;
  const properties = {
    file,
    line: start?.line,
    endLine: end?.line,
    // GitHub rejects columns for a range of several lines.
    col: isOneLine ? start.column : undefined,
    endColumn: isOneLine ? end.column : undefined,
    title: rule,
  };
  const written = Object.entries(properties).flatMap(([key, value]) =>
    value === undefined ? [] : [`${key}=${escaped(String(value)).replaceAll(':', '%3A').replaceAll(',', '%2C')}`],
  );
  return `::${severity} ${written.join(',')}::${escaped(hint === undefined ? message : `${message}\n${hint}`)}`;
}

function escaped(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}
