import type { Edit, Range, Severity } from '../diagnostic.ts';
import type { Fault } from '../manifest/finding.ts';
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
  check(source: YamlSource): readonly SourceFault[];
}

/** Offsets count in `YamlSource.text`. */
export interface SourceFault extends Pick<Fault, 'message' | 'hint'> {
  readonly span: Span;
  readonly fix?: Edit;
}

/** About what one manifest says. */
export interface ManifestRule extends RuleText {
  readonly kind: 'manifest';
  /**
   * All fields it looks at: it is not asked where one of them is faulty in itself, nor again where they are those of the
   * manifest before. One that names `name` may look at the namespace and the folder, too.
   */
  readonly reads: readonly (keyof Manifest)[];
  /** True: it looks at each text and setting by itself, and is asked about the right ones whatever the others are. */
  readonly isPiecewise?: boolean;
  check(subject: Subject): readonly Fault[];
}

/** About how manifests fit together. */
export interface ModulesRule extends RuleText {
  readonly kind: 'modules';
  readonly reads: readonly (keyof Neighbour['manifest'])[];
  /** True: it can only be told where every module of the host is known. */
  readonly needsAll: boolean;
  /** True: it can only be told where code is read. */
  readonly needsCode?: boolean;
  check(modules: readonly Neighbour[], host: HostFacts): readonly ModuleFault[];
}

export type ModuleFault = (Fault | (Pick<Fault, 'message' | 'hint'> & Pick<Table, 'file' | 'range'>)) & {
  readonly module: Neighbour;
};

/** About whether a module's code does what its manifest says. */
export interface CodeRule extends RuleText {
  readonly kind: 'code';
  readonly reads: readonly (keyof Manifest)[];
  check(subject: Subject, code: CodeFacts): readonly (Fault | CodeFault)[];
}

/** Something wrong in the code, not in the manifest. */
export interface CodeFault extends Pick<Fault, 'message' | 'hint'> {
  readonly place: Place;
}

export type Rule = ReportedRule | SourceRule | ManifestRule | ModulesRule | CodeRule;

/** A manifest as rules see it: faulty fields are left out and listed, what is not said has its default. */
export interface Subject {
  /** As its reader knows it. */
  readonly file: string;
  /** Name of the folder it stands in; `undefined` where that means nothing, as for standard input. */
  readonly folder: string | undefined;
  readonly manifest: Manifest;
  /** Prefix of its permissions and events. */
  readonly namespace: string;
  readonly faulty: ReadonlySet<string>;
}

/** A module among others. Thousands of them are kept, and of their manifests only what rules between modules ask for. */
export interface Neighbour extends Pick<Subject, 'file' | 'namespace' | 'faulty'> {
  readonly manifest: Pick<
    Manifest,
    | 'name'
    | 'class_name'
    | 'dependencies'
    | 'permissions_required'
    | 'events_emitted'
    | 'events_subscribed'
    | 'configuration'
  >;
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
