import { counted } from '../text/counted.ts';
import { type CheckReport, summaryOf } from './check-report.ts';
import { diagnosticsToGithub } from './diagnostics-github.ts';
import { diagnosticsToJson } from './diagnostics-json.ts';
import { diagnosticsToJunit } from './diagnostics-junit.ts';
import { diagnosticsToSarif } from './diagnostics-sarif.ts';
import { reportDiagnostics } from './diagnostics-text.ts';
import type { Paint } from './paint.ts';

type Format = (report: CheckReport, paint: Paint) => string;

/** Every value of `--format`. */
export const checkFormats: Readonly<Record<string, Format>> = {
  pretty: (report, paint) =>
    `${reportDiagnostics(report.diagnostics, report.texts, paint)}${fixedOf(report)}${summaryOf(report)}\n`,
  json: diagnosticsToJson,
  github: diagnosticsToGithub,
  sarif: diagnosticsToSarif,
  junit: diagnosticsToJunit,
};

function fixedOf({ fixed = [], written }: CheckReport): string {
  const verb = written ? 'fixed' : 'to fix';
  return fixed.length === 0 ? '' : `${counted(fixed.length, 'manifest')} ${verb}: ${fixed.join(', ')}\n`;
}
