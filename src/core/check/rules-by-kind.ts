import type { CodeRule, ManifestRule, ModulesRule, Rule, SourceRule } from './rule.ts';

/** The rules by kind, grouped once per run. */
export interface RulesByKind {
  readonly source: readonly SourceRule[];
  readonly manifest: readonly ManifestRule[];
  readonly modules: readonly ModulesRule[];
  readonly code: readonly CodeRule[];
}

export function byKind(rules: readonly Rule[]): RulesByKind {
  const ofKind = <K extends Rule['kind']>(kind: K) =>
    rules.filter((rule): rule is Extract<Rule, { kind: K }> => rule.kind === kind);
  return { source: ofKind('source'), manifest: ofKind('manifest'), modules: ofKind('modules'), code: ofKind('code') };
}
