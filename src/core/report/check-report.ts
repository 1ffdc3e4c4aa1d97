import type { Diagnostic } from '../diagnostic.ts';
import type { ModuleComparison } from '../lint/against/compare-modules.ts';
import { counted } from '../text/display.ts';

/** The result of a check, which every format of `validate` reports. */
export interface CheckReport {
  /** All checked files, as in the diagnostics. */
  readonly files: readonly string[];
  readonly diagnostics: readonly Diagnostic[];
  readonly texts: ReadonlyMap<string, string>;
  /** Version of this tool. */
  readonly version: string;
  /** Whether warnings count as errors. */
  readonly isStrict: boolean;
  /** With --fix, the files that were changed, or would be changed in a dry run. */
  readonly fixed?: readonly string[];
  /** With --fix, whether they were written. */
  readonly written?: boolean;
  /** With --against, how each module changed since the git ref. */
  readonly against?: { readonly ref: string; readonly modules: readonly ModuleComparison[] };
}

export function countOf(report: CheckReport, severity: Diagnostic['severity']): number {
  return report.diagnostics.filter((one) => one.severity === severity).length;
}

/** `2 errors and 1 warning in 3 manifests`, or `3 manifests valid`. */
export function summaryOf(report: CheckReport): string {
  const manifests = counted(report.files.length, 'manifest');
  const [errors, warnings] = [countOf(report, 'error'), countOf(report, 'warning')];
  if (errors + warnings === 0) return `${manifests} valid`;
  const parts = [
    ...(errors > 0 ? [counted(errors, 'error')] : []),
    ...(warnings > 0 ? [counted(warnings, 'warning')] : []),
  ];
  const found = `${parts.join(' and ')} in ${manifests}`;
  return errors > 0 || report.isStrict ? found : `${manifests} valid, with ${counted(warnings, 'warning')}`;
}

/** Styles text in reports. Without colors, every function returns its argument. */
export interface Paint {
  bold(text: string): string;
  dim(text: string): string;
  green(text: string): string;
  yellow(text: string): string;
  red(text: string): string;
  cyan(text: string): string;
}

const unchanged = (text: string) => text;
export const plain: Paint = {
  bold: unchanged,
  dim: unchanged,
  green: unchanged,
  yellow: unchanged,
  red: unchanged,
  cyan: unchanged,
};
