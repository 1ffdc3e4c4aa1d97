import type { Diagnostic } from '../diagnostic.ts';
import type { Fault } from '../manifest/finding.ts';
import { parseYaml } from '../text/yaml-source.ts';
import { locator } from './locator.ts';
import type { ManifestText } from './manifest-text.ts';
import { type HostFacts, InvalidField, type ModuleFault, type ModulesRule, type Neighbour } from './rule.ts';
import { severityOf } from './rules.ts';
import type { RulesByKind } from './rules-by-kind.ts';

export interface ModulesToCheck {
  readonly modules: readonly Neighbour[];
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
    return checkReadable(rule, given).map((fault) => ({ rule: rule.id, fault }));
  });
  const byFile = new Map<string, { rule: string; fault: ModuleFault & Fault }[]>();
  const located: Diagnostic[] = [];
  for (const { rule, fault } of found) {
    if ('range' in fault) {
      const { module: _, ...rest } = fault;
      located.push({ rule, severity: severityOf(rule), ...rest });
      continue;
    }
    const { file } = fault.module;
    byFile.set(file, [...(byFile.get(file) ?? []), { rule, fault }]);
  }
  for (const { file, text } of byFile.size === 0 ? [] : given.manifests) {
    const faults = byFile.get(file);
    if (faults === undefined) continue;
    const locate = locator(file, await parseYaml(text));
    located.push(...faults.map(({ rule, fault }) => locate(rule, fault)));
  }
  return located;
}

/** What a rule finds among the modules whose fields, as far as it reads them, are valid. */
function checkReadable(rule: ModulesRule, { modules, host }: ModulesToCheck): readonly ModuleFault[] {
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
