import type { Edit, Range, Severity } from '../diagnostic.ts';
import type { Problem } from '../manifest/finding.ts';
import type { Manifest } from '../manifest/schema.ts';
import type { PlainYaml } from '../text/plain-yaml.ts';
import type { Span } from '../text/yaml-faults.ts';
import type { YamlSource } from '../text/yaml-source.ts';
import type { CodeFacts, Place } from './code/facts.ts';

/** What every rule says about itself; docs/rules.md is printed from it, with the rule's fixtures as examples. */
interface RuleText {
  readonly id: string;
  readonly severity: Severity;
  /** What is wrong, as the end of "a manifest in which …": one line. */
  readonly summary: string;
  /** Why anyone should care, in a sentence or two. */
  readonly why: string;
}

/** Found by the reader of YAML, the schema or the run itself; always an error where nothing more can be read. */
export interface ReportedRule extends RuleText {
  readonly kind: 'reported';
  /** What it breaks is not readable as a manifest: neither severity nor ignores apply. */
  readonly isFixed: boolean;
}

/** About the text itself, whatever it means. */
export interface SourceRule extends RuleText {
  readonly kind: 'source';
  /** False only where `check` would find nothing: told from the text alone, or from what is in it where it is plain. */
  suspects(text: string, plain?: PlainYaml): boolean;
  check(source: YamlSource): readonly SourceProblem[];
}

/** Offsets count in `YamlSource.text`. */
export interface SourceProblem extends Pick<Problem, 'message' | 'hint'> {
  readonly span: Span;
  readonly fix?: Edit;
}

/** About what one manifest says. */
export interface ManifestRule extends RuleText {
  readonly kind: 'manifest';
  check(facts: ManifestFacts): readonly Problem[];
}

/** About how manifests fit together. */
export interface ModulesRule extends RuleText {
  readonly kind: 'modules';
  /** True: it can only be told where every module of the host is known. */
  readonly needsAll: boolean;
  /** True: it can only be told where code is read. */
  readonly needsCode?: boolean;
  check(modules: readonly ModuleFacts[], host: HostFacts): readonly ModuleProblem[];
}

export type ModuleProblem = (Problem | (Pick<Problem, 'message' | 'hint'> & Pick<Table, 'file' | 'range'>)) & {
  readonly module: ModuleFacts;
};

/** About whether a module's code does what its manifest says. */
export interface CodeRule extends RuleText {
  readonly kind: 'code';
  check(facts: ManifestFacts, code: CodeFacts): readonly (Problem | CodeProblem)[];
}

/** Something wrong in the code, not in the manifest. */
export interface CodeProblem extends Pick<Problem, 'message' | 'hint'> {
  readonly place: Place;
}

export type Rule = ReportedRule | SourceRule | ManifestRule | ModulesRule | CodeRule;

/** A manifest as rules see it; a field that is not given has its default. */
export interface ManifestFacts {
  /** As its reader knows it. */
  readonly file: string;
  /** Name of the folder it is in; `undefined` where that means nothing, as for standard input. */
  readonly folder: string | undefined;
  /** Reading an invalid field ends the rule: see `InvalidField`. */
  readonly manifest: Manifest;
  /** The same without what is invalid, for rules that look at each text and setting by itself. */
  readonly parts: Manifest;
  /** Prefix of its permissions and events. */
  readonly namespace: string;
  readonly invalid: ReadonlySet<string>;
}

/** Thrown where a rule reads a field that is invalid: nothing is reported that the invalid field may explain. */
export class InvalidField extends Error {
  readonly field: string;

  constructor(field: string) {
    super(`${field} is invalid`);
    this.field = field;
  }
}

/** A module among the others of its host. */
export interface ModuleFacts extends ManifestFacts {
  /** Those that its code names; absent where that was not read. */
  readonly tables?: readonly Table[];
}

/** A table, and where code names it. */
export interface Table {
  readonly name: string;
  readonly file: string;
  readonly range: Range;
}

/** What rules need to know of the host. */
export interface HostFacts {
  /** Events that the host itself emits. */
  readonly events: readonly string[];
}
