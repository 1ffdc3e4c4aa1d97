import type { Diagnostic } from '../../diagnostic.ts';
import { printable } from '../../text/display.ts';
import type { Paint } from '../check-report.ts';

const maxWidth = 160;

/** Diagnostics for people: position, severity, message, rule, the line with the range underlined, and the hint. */
export function reportDiagnostics(
  diagnostics: readonly Diagnostic[],
  texts: ReadonlyMap<string, string>,
  paint: Paint,
): string {
  return diagnostics.map((one) => `${reportOne(one, texts.get(one.file), paint)}\n`).join('');
}

function reportOne(one: Diagnostic, text: string | undefined, paint: Paint): string {
  const place = one.range ? `${one.file}:${one.range.start.line}:${one.range.start.column}` : one.file;
  const label = one.severity === 'error' ? paint.red('error') : paint.yellow('warning');
  const lines = [`${paint.bold(printable(place))} ${label} ${printable(one.message)} ${paint.dim(`(${one.rule})`)}`];
  if (one.range && text !== undefined) lines.push(...frame(one.range, text, paint));
  if (one.hint !== undefined) lines.push(`    ${paint.cyan(printable(one.hint))}`);
  return lines.join('\n');
}

function frame(range: NonNullable<Diagnostic['range']>, text: string, paint: Paint): string[] {
  const line = text.split(/\r?\n/)[range.start.line - 1];
  if (line === undefined || line.length > maxWidth) return [];
  const width =
    range.end.line === range.start.line ? range.end.column - range.start.column : line.length - range.start.column + 1;
  const number = String(range.start.line);
  const lead = line.slice(0, range.start.column - 1).replace(/[^\t]/g, ' ');
  return [
    `  ${paint.dim(`${number} |`)} ${printable(line)}`,
    `  ${paint.dim(`${' '.repeat(number.length)} |`)} ${lead}${paint.red('^'.repeat(Math.max(1, width)))}`,
  ];
}
