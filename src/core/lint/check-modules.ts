import type { Diagnostic, Problem } from '../diagnostic.ts';
import { parseYaml } from '../yaml/exact.ts';
import {
  type HostFacts,
  InvalidField,
  type ManifestText,
  type ModuleFacts,
  type ModuleProblem,
  type ModulesRule,
  type RulesByKind,
} from './rule.ts';
import { locator, severityOf } from './rules.ts';

export interface ModulesToCheck {
  readonly modules: readonly ModuleFacts[];
  readonly host: HostFacts;
  /** Whether `modules` are all modules of the host. */
  readonly isWhole: boolean;
  readonly hasCode: boolean;
  /** The manifests that diagnostics are reported for. */
  readonly manifests: readonly ManifestText[];
}

/** Runs the rules that compare modules. Only manifests with problems are parsed again for positions. */
export async function checkModules(given: ModulesToCheck, rules: RulesByKind): Promise<Diagnostic[]> {
  const found = rules.modules.flatMap((rule) => {
    if (rule.needsCode && !given.hasCode) return [];
    if (rule.needsAll && !given.isWhole) return [];
    return checkReadable(rule, given).map((problem) => ({ rule: rule.id, problem }));
  });
  const byFile = new Map<string, { rule: string; problem: ModuleProblem & Problem }[]>();
  const located: Diagnostic[] = [];
  for (const { rule, problem } of found) {
    if ('range' in problem) {
      const { module: _, ...rest } = problem;
      located.push({ rule, severity: severityOf(rule), ...rest });
      continue;
    }
    const { file } = problem.module;
    byFile.set(file, [...(byFile.get(file) ?? []), { rule, problem }]);
  }
  for (const { file, text } of byFile.size === 0 ? [] : given.manifests) {
    const problems = byFile.get(file);
    if (problems === undefined) continue;
    const locate = locator(file, await parseYaml(text));
    located.push(...problems.map(({ rule, problem }) => locate(rule, problem)));
  }
  return located;
}

/** Runs a rule on all modules, except those with an invalid value in a field that the rule reads. */
function checkReadable(rule: ModulesRule, { modules, host }: ModulesToCheck): readonly ModuleProblem[] {
  let readable = modules;
  for (;;) {
    try {
      return rule.check(readable, host);
    } catch (error) {
      if (!(error instanceof InvalidField)) throw error;
      // The invalid field may contain what the rule would report as missing.
      if (rule.needsAll) return [];
      readable = readable.filter(({ invalid }) => !invalid.has(error.field));
    }
  }
}
