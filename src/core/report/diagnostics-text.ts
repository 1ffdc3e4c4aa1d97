import type { Diagnostic } from '../diagnostic.ts';
import { printable } from '../text/printable.ts';
import type { Paint } from './paint.ts';

const widest = 160;

/** Diagnostics for people: position, severity, message, rule, the line with the range underlined, and the hint. */
export function reportDiagnostics(
  diagnostics: readonly Diagnostic[],
  texts: ReadonlyMap<string, string>,
  paint: Paint,
): string {
  const shown = withoutSecrets(diagnostics, texts);
  return diagnostics.map((one) => `${reportOne(one, shown.get(one.file), paint)}\n`).join('');
}

/** Reports end up in logs that more people read than the file. */
function withoutSecrets(
  diagnostics: readonly Diagnostic[],
  texts: ReadonlyMap<string, string>,
): ReadonlyMap<string, string> {
  const hidden = new Map([...texts].map(([file, text]) => [file, text.replace(/^\ufeff/, '')]));
  for (const { rule, file, range } of diagnostics) {
    const lines = rule.startsWith('secret-') && range ? hidden.get(file)?.split('\n') : undefined;
    if (!lines || !range) continue;
    for (let at = range.start.line - 1; at < range.end.line; at += 1) {
      const line = lines[at] ?? '';
      const from = at === range.start.line - 1 ? range.start.column - 1 : 0;
      const to = at === range.end.line - 1 ? range.end.column - 1 : line.length;
      lines[at] = line.slice(0, from) + line.slice(from, to).replace(/[^\r]/g, '*') + line.slice(to);
    }
    hidden.set(file, lines.join('\n'));
  }
  return hidden;
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
  if (line === undefined || line.length > widest) return [];
  const width =
    range.end.line === range.start.line ? range.end.column - range.start.column : line.length - range.start.column + 1;
  const number = String(range.start.line);
  const lead = line.slice(0, range.start.column - 1).replace(/[^\t]/g, ' ');
  return [
    `  ${paint.dim(`${number} |`)} ${printable(line)}`,
    `  ${paint.dim(`${' '.repeat(number.length)} |`)} ${lead}${paint.red('^'.repeat(Math.max(1, width)))}`,
  ];
}
