import type { Diagnostic, Range, Severity } from '../diagnostic.ts';
import { Failure } from '../failure.ts';
import { parseHostConfig } from '../host/host-config.ts';
import { nearestWord } from '../text/nearest-word.ts';
import { parseYaml } from '../yaml/exact.ts';
import type { LineIgnore } from './ignores.ts';
import type { Rule } from './rule.ts';
import { removedRules, rules } from './rules.ts';

/** The settings for rules in ai-modules.yaml. */
export interface RuleSettings {
  readonly severities: Readonly<Record<string, Severity | 'off'>>;
  readonly ignores: readonly PathIgnore[];
}

/** Suppresses diagnostics of `rule` in the file or folder `path` of the host. */
export interface PathIgnore {
  readonly rule: string;
  readonly path: string;
  /** Position of the ignore itself, to report it if it is unused. */
  readonly file: string;
  readonly range: Range;
}

export const noSettings: RuleSettings = { severities: {}, ignores: [] };

/** The rules that are not turned off. */
export function activeRules(rules: readonly Rule[], { severities }: RuleSettings): Rule[] {
  return rules.filter(({ id }) => severities[id] !== 'off');
}

export interface AppliedSettings {
  readonly reported: readonly Diagnostic[];
  readonly usedLines: ReadonlySet<LineIgnore>;
  readonly usedPaths: ReadonlySet<PathIgnore>;
}

/** Removes ignored diagnostics and sets the severity of the others. */
export function applySettings(
  diagnostics: readonly Diagnostic[],
  lines: ReadonlyMap<string, readonly LineIgnore[]>,
  settings: RuleSettings,
  {
    alwaysErrors,
    inHost,
  }: { readonly alwaysErrors: ReadonlySet<string>; readonly inHost: ReadonlyMap<string, string | undefined> },
): AppliedSettings {
  const usedLines = new Set<LineIgnore>();
  const usedPaths = new Set<PathIgnore>();
  const reported: Diagnostic[] = [];
  for (const one of diagnostics) {
    if (alwaysErrors.has(one.rule)) {
      reported.push(one);
      continue;
    }
    const line = lines.get(one.file)?.find((ignore) => suppresses(ignore, one));
    const path = settings.ignores.find((ignore) => ignore.rule === one.rule && isIn(inHost.get(one.file), ignore.path));
    if (line) usedLines.add(line);
    if (path) usedPaths.add(path);
    if (line || path) continue;
    const severity = settings.severities[one.rule] ?? one.severity;
    if (severity !== 'off') reported.push({ ...one, severity });
  }
  return { reported, usedLines, usedPaths };
}

function suppresses(ignore: LineIgnore, { rule, range }: Diagnostic): boolean {
  return ignore.rule === rule && ignore.line === range?.start.line;
}

function isIn(file: string | undefined, path: string): boolean {
  const folder = path.replace(/^\.\/|\/+$/g, '');
  if (file === undefined) return false;
  return folder === '' || folder === '.' || file === folder || file.startsWith(`${folder}/`);
}

/** The settings for rules in ai-modules.yaml. Throws `host-invalid` for an unknown rule, or one that cannot be turned off. */
export async function ruleSettings(
  text: string,
  file: string,
): Promise<{ readonly settings: RuleSettings; readonly events: readonly string[] }> {
  const config = await parseHostConfig(text, file);
  for (const [place, rule] of [
    ...Object.keys(config.rules).map((rule) => ['rules', rule] as const),
    ...config.ignore.map(({ rule }, index) => [`ignore[${index}].rule`, rule] as const),
  ])
    assertConfigurable(rule, place, file);
  const source = config.ignore.length === 0 ? undefined : await parseYaml(text);
  const ignores = config.ignore.map(({ rule, path }, index) => ({
    rule,
    path,
    file,
    range: source?.rangeOf(['ignore', index], 'value') ?? nowhere,
  }));
  return { settings: { severities: config.rules, ignores }, events: config.host_events };
}

const nowhere = { start: { line: 1, column: 1 }, end: { line: 1, column: 1 } };

function assertConfigurable(id: string, place: string, file: string): void {
  if (removedRules.has(id)) return;
  const rule = rules.find((one) => one.id === id);
  if (rule === undefined) {
    const near = nearestWord(
      id,
      rules.map((one) => one.id),
    );
    const advice = near === undefined ? '' : `; did you mean ${near}?`;
    throw new Failure('host-invalid', { file, reason: `${place}: unknown rule ${id}${advice}` });
  }
  if (rule.kind === 'reported' && rule.isAlwaysError) {
    const reason = `${place}: ${id} is always an error: without it, the manifest cannot be read`;
    throw new Failure('host-invalid', { file, reason });
  }
}
