import type { Diagnostic } from '../diagnostic.ts';
import { nearestWord } from '../text/nearest-word.ts';
import type { LineIgnore } from './ignores.ts';
import { removedRules, rules, severityOf } from './rules.ts';
import type { AppliedSettings, RuleSettings } from './settings.ts';

interface Reach {
  readonly isWhole: boolean;
  readonly hasOthers: boolean;
  readonly hasCode: boolean;
  /** Whether modules were compared with a git ref. */
  readonly hasRef: boolean;
  readonly alwaysErrors: ReadonlySet<string>;
}

/** The ignores that suppress nothing. Ignores of rules that did not run are not reported. */
export function unusedIgnores(
  lines: ReadonlyMap<string, readonly LineIgnore[]>,
  applied: AppliedSettings,
  settings: RuleSettings,
  reach: Reach,
): Diagnostic[] {
  const severity = settings.severities['unused-ignore'] ?? severityOf('unused-ignore');
  if (severity === 'off') return [];
  const unused = (file: string, range: LineIgnore['range'], rule: string): Diagnostic => ({
    rule: 'unused-ignore',
    severity,
    file,
    range,
    ...reasonOf(rule, reach.alwaysErrors),
  });
  const inLines = [...lines].flatMap(([file, ignores]) =>
    ignores
      .filter((ignore) => !applied.usedLines.has(ignore) && hasRun(ignore.rule, settings, reach))
      .map(({ range, rule }) => unused(file, range, rule)),
  );
  if (!reach.isWhole || reach.hasOthers) return inLines;
  const inPaths = settings.ignores.filter(
    (ignore) => !applied.usedPaths.has(ignore) && hasRun(ignore.rule, settings, reach),
  );
  return [...inLines, ...inPaths.map(({ file, range, rule }) => unused(file, range, rule))];
}

function hasRun(id: string, { severities }: RuleSettings, { isWhole, hasCode, hasRef }: Reach): boolean {
  const rule = rules.find((one) => one.id === id);
  const isOfCode = rule?.kind === 'code' || (rule?.kind === 'modules' && rule.needsCode);
  if (isOfCode && !hasCode) return false;
  if (rule?.kind === 'against' && !hasRef) return false;
  return severities[id] !== 'off' && (isWhole || rule?.kind !== 'modules' || !rule.needsAll);
}

function reasonOf(rule: string, alwaysErrors: ReadonlySet<string>): Pick<Diagnostic, 'message' | 'hint'> {
  if (rule === '') return { message: 'the ignore does not name a rule', hint: 'Write # ai-modules-ignore <rule>.' };
  if (alwaysErrors.has(rule))
    return { message: `${rule} cannot be ignored: the manifest cannot be read until it is fixed` };
  if (rules.some(({ id }) => id === rule))
    return { message: `there is no ${rule} diagnostic here to ignore`, hint: 'Remove the ignore.' };
  if (removedRules.has(rule)) return { message: `the rule ${rule} was removed`, hint: 'Remove the ignore.' };
  const near = nearestWord(
    rule,
    rules.map(({ id }) => id),
  );
  return {
    message: `unknown rule ${JSON.stringify(rule)}`,
    hint: near === undefined ? 'docs/rules.md lists the rules.' : `Did you mean ${near}?`,
  };
}
