import type { Diagnostic } from '../diagnostic.ts';
import { nearestWord } from '../text/nearest-word.ts';
import type { LineIgnore } from './line-ignores.ts';
import { rules, severityOf } from './rules.ts';
import type { RuleSettings, AppliedSettings } from './settings.ts';

interface Reach {
  readonly isWhole: boolean;
  readonly hasOthers: boolean;
  readonly hasCode: boolean;
  readonly fixed: ReadonlySet<string>;
}

/** What silences nothing, as far as this run could tell: rules it did not ask may still need their ignores. */
export function unusedIgnores(
  lines: ReadonlyMap<string, readonly LineIgnore[]>,
  used: AppliedSettings,
  settings: RuleSettings,
  reach: Reach,
): Diagnostic[] {
  const severity = settings.severities['unused-ignore'] ?? severityOf('unused-ignore');
  if (severity === 'off') return [];
  const tell = (file: string, range: LineIgnore['range'], rule: string): Diagnostic => ({
    rule: 'unused-ignore',
    severity,
    file,
    range,
    ...reasonOf(rule, reach.fixed),
  });
  const inLines = [...lines].flatMap(([file, ignores]) =>
    ignores
      .filter((ignore) => !used.usedLines.has(ignore) && hasRun(ignore.rule, settings, reach))
      .map(({ range, rule }) => tell(file, range, rule)),
  );
  if (!reach.isWhole || reach.hasOthers) return inLines;
  const inPaths = settings.ignores.filter(
    (ignore) => !used.usedPaths.has(ignore) && hasRun(ignore.rule, settings, reach),
  );
  return [...inLines, ...inPaths.map(({ file, range, rule }) => tell(file, range, rule))];
}

function hasRun(id: string, { severities }: RuleSettings, { isWhole, hasCode }: Reach): boolean {
  const rule = rules.find((one) => one.id === id);
  const isOfCode = rule?.kind === 'code' || (rule?.kind === 'modules' && rule.needsCode);
  if (isOfCode && !hasCode) return false;
  return severities[id] !== 'off' && (isWhole || rule?.kind !== 'modules' || !rule.needsAll);
}

function reasonOf(rule: string, fixed: ReadonlySet<string>): Pick<Diagnostic, 'message' | 'hint'> {
  if (rule === '')
    return { message: 'it does not say which rule to ignore', hint: 'Name it: # ai-modules-ignore <rule>.' };
  if (fixed.has(rule)) return { message: `${rule} cannot be ignored: the manifest cannot be read otherwise` };
  if (rules.some(({ id }) => id === rule))
    return { message: `there is no finding of ${rule} here to ignore`, hint: 'Remove it.' };
  const near = nearestWord(
    rule,
    rules.map(({ id }) => id),
  );
  return {
    message: `there is no rule ${JSON.stringify(rule)}`,
    hint: near === undefined ? 'docs/rules.md lists the rules.' : `Did you mean ${near}?`,
  };
}
