import type { Diagnostic } from '../diagnostic.ts';
import type { Problem } from '../manifest/finding.ts';
import { parseYaml } from '../text/yaml-source.ts';
import { locator } from './locator.ts';
import type { ManifestText } from './manifest-text.ts';
import { type HostFacts, InvalidField, type ModuleProblem, type ModulesRule, type ModuleFacts } from './rule.ts';
import { severityOf } from './rules.ts';
import type { RulesByKind } from './rules-by-kind.ts';

export interface ModulesToCheck {
  readonly modules: readonly ModuleFacts[];
  readonly host: HostFacts;
  /** True where `modules` are all modules of the host. */
  readonly isWhole: boolean;
  readonly hasCode: boolean;
  /** Those that findings may be told of. */
  readonly manifests: readonly ManifestText[];
}

/** Everything that is wrong between manifests; only those that findings are in are read for their places. */
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

/** What a rule finds among the modules whose fields, as far as it reads them, are valid. */
function checkReadable(rule: ModulesRule, { modules, host }: ModulesToCheck): readonly ModuleProblem[] {
  let readable = modules;
  for (;;) {
    try {
      return rule.check(readable, host);
    } catch (error) {
      if (!(error instanceof InvalidField)) throw error;
      // What one module lacks may be in another that cannot be read.
      if (rule.needsAll) return [];
      readable = readable.filter(({ invalid }) => !invalid.has(error.field));
    }
  }
}
