import { compareDiagnostics, type Diagnostic } from '../diagnostic.ts';
import { counted } from '../text/counted.ts';
import type { CodeReader } from './check-code.ts';
import { checkEach, type Pause } from './check-each.ts';
import { checkModules } from './check-modules.ts';
import type { ManifestText } from './manifest-text.ts';
import type { HostFacts } from './rule.ts';
import { rules } from './rules.ts';
import { byKind } from './rules-by-kind.ts';
import { activeRules, applySettings, type RuleSettings } from './settings.ts';
import { unusedIgnores } from './unused-ignores.ts';

export interface CheckRequest {
  readonly manifests: readonly ManifestText[];
  /** The host's other modules: nothing is told about them. */
  readonly others: readonly ManifestText[];
  /** True where both together are all modules of the host. */
  readonly isWhole: boolean;
  readonly host: HostFacts;
  readonly settings: RuleSettings;
  /** Absent where code is not looked at. */
  readonly codeOf?: CodeReader;
}

/** More findings than this of one file are counted, not told. */
const maxFindings = 50;

const fixed = new Set(rules.flatMap((rule) => (rule.kind === 'reported' && rule.isFixed ? [rule.id] : [])));

/** Everything wrong in manifests and between them, in the order of a report. */
export async function checkAll(
  { manifests, others, isWhole, host, settings, codeOf }: CheckRequest,
  pause: Pause = async () => {},
): Promise<Diagnostic[]> {
  const active = byKind(activeRules(rules, settings));
  const { ignores, uncounted, ...each } = await checkEach(manifests, active, pause, codeOf);
  const context = await checkEach(others, byKind([]), pause);
  const modules = [...each.modules, ...context.modules];
  const isKnown = isWhole && modules.length === manifests.length + others.length;
  const between = { modules, host, isWhole: isKnown, hasCode: codeOf !== undefined, manifests };
  const found = [...each.found, ...(await checkModules(between, active))];
  const inHost = new Map([...manifests.map(({ file, inHost: path }) => [file, path] as const), ...each.inHost]);
  const silenced = applySettings(found, ignores, settings, { fixed, inHost });
  const reach = { isWhole: isKnown, fixed, hasOthers: others.length > 0, hasCode: codeOf !== undefined };
  const unused = unusedIgnores(ignores, silenced, settings, reach);
  return capped([...silenced.told, ...unused].sort(compareDiagnostics), uncounted);
}

function capped(diagnostics: readonly Diagnostic[], uncounted: ReadonlyMap<string, number>): Diagnostic[] {
  const counts = new Map(uncounted);
  const shown = new Map<string, number>();
  const told = diagnostics.filter(({ file }) => {
    counts.set(file, (counts.get(file) ?? 0) + 1);
    shown.set(file, (shown.get(file) ?? 0) + 1);
    return (shown.get(file) ?? 0) <= maxFindings;
  });
  const more = [...counts].flatMap(([file, count]): Diagnostic[] => {
    if (count <= maxFindings) return [];
    const message = `${counted(count - maxFindings, 'more finding')} in this file not shown`;
    return [{ rule: 'more-findings', severity: 'error', message, file, hint: 'Repair these first.' }];
  });
  return [...told, ...more];
}
