import type { Change } from '../lint/against/change.ts';
import { neededVersion } from '../lint/against/check-versions.ts';
import type { ModuleComparison } from '../lint/against/compare-modules.ts';
import { compareVersions } from '../lint/against/version-step.ts';
import { counted, printable } from '../text/display.ts';
import type { CheckReport, Paint } from './check-report.ts';

type Against = NonNullable<CheckReport['against']>;

/** For people: a line for each module that changed, and its changes if the version makes the step for them. */
export function reportAgainst({ against }: CheckReport, paint: Paint): string {
  if (against === undefined) return '';
  const { ref, modules } = against;
  const lines = modules.flatMap((one) => {
    const { status, name, from, to, changes } = one;
    if (status === 'added') return [`${paint.bold(printable(name))} ${to ?? ''}: a new module since ${printable(ref)}`];
    if (status !== 'compared' || changes.length === 0) return [];
    const versions = from === to ? `${from}` : `${from} → ${to}`;
    const head = `${paint.bold(printable(name))} ${versions} since ${printable(ref)}: ${countsOf(changes)}`;
    return isCovered(one) ? [head, ...changes.map((change) => `  ${paint.dim(printable(lineOf(change)))}`)] : [head];
  });
  return lines.map((line) => `${line}\n`).join('');
}

function isCovered({ from, to, changes }: ModuleComparison): boolean {
  return from !== undefined && to !== undefined && compareVersions(to, neededVersion(changes, from)) >= 0;
}

function countsOf(changes: readonly Change[]): string {
  const breaking = changes.filter(({ verdict }) => verdict === 'breaking').length;
  const compatible = changes.length - breaking;
  const parts = [
    ...(breaking > 0 ? [counted(breaking, 'breaking change')] : []),
    ...(compatible > 0 ? [counted(compatible, 'compatible change')] : []),
  ];
  return parts.join(', ');
}

function lineOf({ verdict, affects, text }: Change): string {
  return `${verdict} for ${affects.join(', ')}: ${text}`;
}

/** For programs: docs/schema/diagnostics.schema.json describes it. */
export function againstToJson({ ref, modules }: Against): object {
  return {
    ref,
    modules: modules.map(({ status, file, name, from, to, changes }) => ({
      name,
      file,
      status,
      ...(from !== undefined && { from }),
      ...(to !== undefined && { to }),
      ...(from !== undefined && status === 'compared' && { needed: neededVersion(changes, from) }),
      changes: changes.map(({ kind, verdict, affects, text }) => ({ kind, verdict, affects, text })),
    })),
  };
}
