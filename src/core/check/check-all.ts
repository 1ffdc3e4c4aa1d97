import { compareDiagnostics, type Diagnostic } from '../diagnostic.ts';
import { counted } from '../text/counted.ts';
import { type CodeReader, checkCode, tablesOf } from './check-code.ts';
import { checkManifest, type ManifestText } from './check-manifest.ts';
import { checkModules } from './check-modules.ts';
import type { LineIgnore } from './line-ignores.ts';
import type { HostFacts, Subject } from './rule.ts';
import { rules } from './rules.ts';
import { byKind } from './rules-by-kind.ts';
import { activeRules, applySettings, type RuleSettings } from './settings.ts';
import { unusedIgnores } from './unused-ignores.ts';

export interface Checkup {
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

/** Lets others run for a moment. */
export type Pause = () => Promise<void>;

const manifestsBetweenPauses = 50;

/** Everything wrong in manifests and between them, in the order of a report. */
export async function checkAll(
  { manifests, others, isWhole, host, settings, codeOf }: Checkup,
  pause: Pause = async () => {},
): Promise<Diagnostic[]> {
  const active = byKind(activeRules(rules, settings));
  const found: Diagnostic[] = [];
  const subjects: Subject[] = [];
  const uncounted = new Map<string, number>();
  const ignores = new Map<string, readonly LineIgnore[]>();
  const inHost = new Map<string, string | undefined>();
  for (const [index, manifest] of manifests.entries()) {
    if (index % manifestsBetweenPauses === 0) await pause();
    const checked = await checkManifest(manifest, active);
    found.push(...checked.diagnostics);
    const code = checked.subject && (await codeOf?.(manifest));
    const tables = code && tablesOf(manifest, code);
    if (checked.subject) subjects.push({ ...checked.subject, ...(tables && { tables }) });
    const inCode = checked.subject && code ? await checkCode(manifest, checked.subject, code, active) : [];
    found.push(...inCode);
    if (settings.ignores.length > 0) inHost.set(manifest.file, manifest.inHost);
    for (const { file } of [...inCode, ...(tables ?? [])]) inHost.set(file, inFolderOf(manifest, file));
    if (checked.uncounted > 0) uncounted.set(manifest.file, checked.uncounted);
    if (checked.ignores.length > 0) ignores.set(manifest.file, checked.ignores);
  }
  for (const other of others) {
    const { subject } = await checkManifest(other, byKind([]));
    if (subject) subjects.push(subject);
  }
  const isKnown = isWhole && subjects.length === manifests.length + others.length;
  const between = { subjects, host, isWhole: isKnown, hasCode: codeOf !== undefined, manifests };
  found.push(...(await checkModules(between, active)));
  const silenced = applySettings(found, ignores, settings, { fixed, inHost });
  const reach = { isWhole: isKnown, fixed, hasOthers: others.length > 0, hasCode: codeOf !== undefined };
  const unused = unusedIgnores(ignores, silenced, settings, reach);
  return capped([...silenced.told, ...unused].sort(compareDiagnostics), uncounted);
}

/** A file of the manifest's module, as paths in the host have it. */
function inFolderOf({ file, inHost }: ManifestText, other: string): string | undefined {
  const folder = (path: string) => path.slice(0, path.lastIndexOf('/') + 1);
  return inHost === undefined ? undefined : `${folder(inHost)}${other.slice(folder(file).length)}`;
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
