import { compareDiagnostics, type Diagnostic } from '../diagnostic.ts';
import { counted } from '../text/display.ts';
import { checkVersions } from './against/check-versions.ts';
import type { ModuleComparison } from './against/compare-modules.ts';
import type { CodeReader } from './check-code.ts';
import { checkEach, type Pause } from './check-each.ts';
import { checkModules } from './check-modules.ts';
import { byKind, type HostFacts, type ManifestText } from './rule.ts';
import { rules } from './rules.ts';
import { activeRules, applySettings, type RuleSettings } from './settings.ts';
import { unusedIgnores } from './unused-ignores.ts';

export interface CheckRequest {
  readonly manifests: readonly ManifestText[];
  /** The host's other modules: they are compared with `manifests`, but nothing is reported about them. */
  readonly others: readonly ManifestText[];
  /** Whether both together are all modules of the host. */
  readonly isWhole: boolean;
  readonly host: HostFacts;
  readonly settings: RuleSettings;
  /** Absent if code is not checked. */
  readonly codeOf?: CodeReader;
  /** How `manifests` changed since a git ref; absent if they are not compared with one. */
  readonly comparisons?: readonly ModuleComparison[];
}

/** Further diagnostics of one file are only counted. */
const maxPerFile = 50;

const alwaysErrors = new Set(
  rules.flatMap((rule) => (rule.kind === 'reported' && rule.isAlwaysError ? [rule.id] : [])),
);

/** Runs all active rules on each manifest and across manifests. Diagnostics are in the order of a report. */
export async function checkAll(
  { manifests, others, isWhole, host, settings, codeOf, comparisons }: CheckRequest,
  pause: Pause = async () => {},
): Promise<Diagnostic[]> {
  const active = byKind(activeRules(rules, settings));
  const { ignores, uncounted, ...each } = await checkEach(manifests, active, pause, codeOf);
  const context = await checkEach(others, byKind([]), pause);
  const modules = [...each.modules, ...context.modules];
  const isKnown = isWhole && modules.length === manifests.length + others.length;
  const between = { modules, host, isWhole: isKnown, hasCode: codeOf !== undefined, manifests };
  const versions = await checkVersions(comparisons ?? [], manifests);
  const found = [...each.found, ...(await checkModules(between, active)), ...versions];
  const inHost = new Map([...manifests.map(({ file, inHost: path }) => [file, path] as const), ...each.inHost]);
  const applied = applySettings(found, ignores, settings, { alwaysErrors, inHost });
  const reach = {
    isWhole: isKnown,
    alwaysErrors,
    hasOthers: others.length > 0,
    hasCode: codeOf !== undefined,
    hasRef: comparisons !== undefined,
  };
  const unused = unusedIgnores(ignores, applied, settings, reach);
  return capped([...applied.reported, ...unused].sort(compareDiagnostics), uncounted);
}

function capped(diagnostics: readonly Diagnostic[], uncounted: ReadonlyMap<string, number>): Diagnostic[] {
  const counts = new Map(uncounted);
  const shown = new Map<string, number>();
  const reported = diagnostics.filter(({ file }) => {
    counts.set(file, (counts.get(file) ?? 0) + 1);
    shown.set(file, (shown.get(file) ?? 0) + 1);
    return (shown.get(file) ?? 0) <= maxPerFile;
  });
  const more = [...counts].flatMap(([file, count]): Diagnostic[] => {
    if (count <= maxPerFile) return [];
    const message = `${counted(count - maxPerFile, 'more diagnostic')} in this file not shown`;
    return [{ rule: 'more-findings', severity: 'error', message, file, hint: 'First fix the ones that are shown.' }];
  });
  return [...reported, ...more];
}

export interface DiagnosticsByAge {
  /** The diagnostics that are not in `before`. */
  readonly added: readonly Diagnostic[];
  readonly existing: readonly Diagnostic[];
}

/** Compares two checks of the same modules by rule, file and message, because an edit moves lines and indexes of entries. */
export function diagnosticsByAge(before: readonly Diagnostic[], after: readonly Diagnostic[]): DiagnosticsByAge {
  const counts = new Map<string, number>();
  for (const one of before) counts.set(keyOf(one), (counts.get(keyOf(one)) ?? 0) + 1);
  const [added, existing]: [Diagnostic[], Diagnostic[]] = [[], []];
  for (const one of after) {
    const left = counts.get(keyOf(one)) ?? 0;
    (left > 0 ? existing : added).push(one);
    counts.set(keyOf(one), left - 1);
  }
  return { added, existing };
}

function keyOf({ rule, file, message }: Diagnostic): string {
  return JSON.stringify([rule, file, message.replace(/\[\d+\]/g, '[]')]);
}
