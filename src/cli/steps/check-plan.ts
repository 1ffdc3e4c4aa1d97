import type { Diagnostic } from '../../core/diagnostic.ts';
import { Failure } from '../../core/failure.ts';
import type { Host } from '../../core/host/host.ts';
import { reportDiagnostics } from '../../core/report/formats/pretty.ts';
import { withoutSecrets } from '../../core/report/without-secrets.ts';
import { printable } from '../../core/text/display.ts';
import { isNoop, type Plan } from '../../core/tree/plan.ts';
import type { ManifestTexts } from '../../io/host/check-planned.ts';
import type { Io } from '../../io/io.ts';
import { paintFor } from '../output/colors.ts';

const maxListed = 10;

/**
 * Runs the rules on the host's modules as they would be after the plan. Prints existing errors, and everything that the
 * plan adds. Returns both, for --json. Throws `rules-broken` if it adds errors.
 */
export async function assertNoNewErrors(
  io: Io,
  host: Host,
  plan: Plan,
  then: ManifestTexts = new Map(),
): Promise<readonly Diagnostic[]> {
  if (isNoop(plan)) return [];
  const { checkPlanned } = await import('../../io/host/check-planned.ts');
  const { added: found, existing, texts: planned } = await checkPlanned(io.cwd, host, plan, then);
  const { diagnostics: added, texts } = await withoutSecrets(found, planned);
  const { diagnostics: old } = await withoutSecrets(existing.filter(isError), planned);
  io.err.write(listOf(old));
  io.err.write(reportDiagnostics(added, texts, paintFor(io, io.err)));
  const count = added.filter(isError).length;
  if (count > 0) throw new Failure('rules-broken', { count, diagnostics: added });
  return [...old, ...added];
}

function isError({ severity }: Diagnostic): boolean {
  return severity === 'error';
}

/** One line for each of the first errors. */
function listOf(errors: readonly Diagnostic[]): string {
  if (errors.length === 0) return '';
  const lines = errors.slice(0, maxListed).map(({ file, range, message, rule }) => {
    const place = range === undefined ? file : `${file}:${range.start.line}:${range.start.column}`;
    return `  ${place} ${message} (${rule})`;
  });
  const more = errors.length > maxListed ? [`  and ${errors.length - maxListed} more; \`validate\` lists all`] : [];
  return printable(`Existing errors:\n${[...lines, ...more].join('\n')}\n`);
}
