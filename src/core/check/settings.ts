import type { Diagnostic, Range, Severity } from '../diagnostic.ts';
import type { LineIgnore } from './line-ignores.ts';
import type { Rule } from './rule.ts';

/** What a host says about rules in ai-modules.yaml. */
export interface RuleSettings {
  readonly severities: Readonly<Record<string, Severity | 'off'>>;
  readonly ignores: readonly PathIgnore[];
}

/** Findings of `rule` in the file `path` of the host, or below the folder, are not told. */
export interface PathIgnore {
  readonly rule: string;
  readonly path: string;
  /** Where it is written, for the finding that it matches nothing. */
  readonly file: string;
  readonly range: Range;
}

export const noSettings: RuleSettings = { severities: {}, ignores: [] };

/** The rules that are on. */
export function activeRules(rules: readonly Rule[], { severities }: RuleSettings): Rule[] {
  return rules.filter(({ id }) => severities[id] !== 'off');
}

export interface AppliedSettings {
  readonly told: readonly Diagnostic[];
  readonly usedLines: ReadonlySet<LineIgnore>;
  readonly usedPaths: ReadonlySet<PathIgnore>;
}

/** Takes out what is ignored, and gives the rest the severity that the host wants. */
export function applySettings(
  diagnostics: readonly Diagnostic[],
  lines: ReadonlyMap<string, readonly LineIgnore[]>,
  settings: RuleSettings,
  { fixed, inHost }: { readonly fixed: ReadonlySet<string>; readonly inHost: ReadonlyMap<string, string | undefined> },
): AppliedSettings {
  const usedLines = new Set<LineIgnore>();
  const usedPaths = new Set<PathIgnore>();
  const told: Diagnostic[] = [];
  for (const one of diagnostics) {
    if (fixed.has(one.rule)) {
      told.push(one);
      continue;
    }
    const line = lines.get(one.file)?.find((ignore) => silences(ignore, one));
    const path = settings.ignores.find((ignore) => ignore.rule === one.rule && isIn(inHost.get(one.file), ignore.path));
    if (line) usedLines.add(line);
    if (path) usedPaths.add(path);
    if (line || path) continue;
    const severity = settings.severities[one.rule] ?? one.severity;
    if (severity !== 'off') told.push({ ...one, severity });
  }
  return { told, usedLines, usedPaths };
}

function silences(ignore: LineIgnore, { rule, range }: Diagnostic): boolean {
  return ignore.rule === rule && ignore.line === range?.start.line;
}

function isIn(file: string | undefined, path: string): boolean {
  const folder = path.replace(/^\.\/|\/+$/g, '');
  if (file === undefined) return false;
  return folder === '' || folder === '.' || file === folder || file.startsWith(`${folder}/`);
}
