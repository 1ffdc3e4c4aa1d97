import { counted } from '../text/display.ts';
import { reportAgainst } from './against.ts';
import { type CheckReport, type Paint, summaryOf } from './check-report.ts';
import { diagnosticsToGithub } from './github.ts';
import { diagnosticsToJson } from './json.ts';
import { diagnosticsToJunit } from './junit.ts';
import { reportDiagnostics } from './pretty.ts';
import { diagnosticsToSarif } from './sarif.ts';

type Format = (report: CheckReport, paint: Paint) => string;

/** Every value of `--format`. */
export const checkFormats: Readonly<Record<string, Format>> = {
  pretty: (report, paint) =>
    `${reportDiagnostics(report.diagnostics, report.texts, paint)}${fixedOf(report)}${reportAgainst(report, paint)}${summaryOf(report)}\n`,
  json: diagnosticsToJson,
  github: diagnosticsToGithub,
  sarif: diagnosticsToSarif,
  junit: diagnosticsToJunit,
};

function fixedOf({ fixed = [], written }: CheckReport): string {
  const verb = written ? 'fixed' : 'to fix';
  return fixed.length === 0 ? '' : `${counted(fixed.length, 'manifest')} ${verb}: ${fixed.join(', ')}\n`;
}
