import type { CodeFacts, Place } from '../code/facts.ts';
import type { Edit, Problem, Range, Severity } from '../diagnostic.ts';
import type { Manifest } from '../manifest/schema.ts';
import type { YamlSource } from '../yaml/exact.ts';
import type { PlainYaml } from '../yaml/fast.ts';
import type { Span } from '../yaml/syntax-problems.ts';

/** Metadata of a rule; docs/rules.md is generated from it, with the fixtures of the rule as examples. */
interface RuleText {
  readonly id: string;
  readonly severity: Severity;
  /** What is wrong, as the end of "a manifest in which …", on one line. */
  readonly summary: string;
  /** Why it matters, in one or two sentences. */
  readonly why: string;
}

/** Reported by the YAML parser, the schema or the run itself, so it has no check. */
export interface ReportedRule extends RuleText {
  readonly kind: 'reported';
  /** The manifest cannot be read until this is fixed, so neither severity settings nor ignores apply. */
  readonly isAlwaysError: boolean;
}

/** Checks the text of a manifest. */
export interface SourceRule extends RuleText {
  readonly kind: 'source';
  /** A fast test: false only if `check` would find nothing. `plain` is present if the text is plain YAML. */
  suspects(text: string, plain?: PlainYaml): boolean;
  check(source: YamlSource): readonly SourceProblem[];
}

/** `span` and `fix` are offsets in `YamlSource.text`. */
export interface SourceProblem extends Pick<Problem, 'message' | 'hint'> {
  readonly span: Span;
  readonly fix?: Edit;
}

/** Checks the values of one manifest. */
export interface ManifestRule extends RuleText {
  readonly kind: 'manifest';
  check(facts: ManifestFacts): readonly Problem[];
}

/** Checks the manifests of several modules together. */
export interface ModulesRule extends RuleText {
  readonly kind: 'modules';
  /** Whether the rule needs every module of the host. */
  readonly needsAll: boolean;
  /** Whether the rule needs the code of the modules. */
  readonly needsCode?: boolean;
  check(modules: readonly ModuleFacts[], host: HostFacts): readonly ModuleProblem[];
}

export type ModuleProblem = (Problem | (Pick<Problem, 'message' | 'hint'> & Pick<Table, 'file' | 'range'>)) & {
  readonly module: ModuleFacts;
};

/** Compares the code of a module with its manifest. */
export interface CodeRule extends RuleText {
  readonly kind: 'code';
  check(facts: ManifestFacts, code: CodeFacts): readonly (Problem | CodeProblem)[];
}

/** A problem in the code, not in the manifest. */
export interface CodeProblem extends Pick<Problem, 'message' | 'hint'> {
  readonly place: Place;
}

/** Reported by the comparison with a git ref, so it has no check. */
export interface AgainstRule extends RuleText {
  readonly kind: 'against';
}

export type Rule = ReportedRule | SourceRule | ManifestRule | ModulesRule | CodeRule | AgainstRule;

/** A manifest as rules see it. Missing fields have their defaults. */
export interface ManifestFacts {
  /** The path that diagnostics show. */
  readonly file: string;
  /** Name of the folder of the manifest; `undefined` for standard input. */
  readonly folder: string | undefined;
  /** Reading an invalid field throws `InvalidField`, which ends the rule. */
  readonly manifest: Manifest;
  /** The manifest without its invalid parts, for rules that check each value separately. */
  readonly parts: Manifest;
  /** Prefix of its permissions and events. */
  readonly namespace: string;
  readonly invalid: ReadonlySet<string>;
}

/** Thrown if a rule reads an invalid field, so that no consequences of the invalid field are reported. */
export class InvalidField extends Error {
  readonly field: string;

  constructor(field: string) {
    super(`${field} is invalid`);
    this.field = field;
  }
}

/** A manifest and, if its code was read, the facts from the code that rules compare across modules. */
export interface ModuleFacts extends ManifestFacts {
  /** The tables that the code names; absent if the code was not read. */
  readonly tables?: readonly Table[];
}

/** A table and its position in the code. */
export interface Table {
  readonly name: string;
  readonly file: string;
  readonly range: Range;
}

/** What rules need to know about the host. */
export interface HostFacts {
  /** Events that the host itself emits. */
  readonly events: readonly string[];
}

/** The text of a manifest and its location. */
export interface ManifestText extends Pick<ManifestFacts, 'file' | 'folder'> {
  readonly text: string;
  /** Its path relative to the host, if it has one. */
  readonly inHost?: string | undefined;
}

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
