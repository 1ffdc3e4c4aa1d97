import type { Diagnostic } from '../diagnostic.ts';
import type { Fault } from '../manifest/finding.ts';
import { manifestIn } from '../manifest/schema.ts';
import { readPlainYaml } from '../text/plain-yaml.ts';
import { parseYaml, type YamlSource } from '../text/yaml-source.ts';
import { ignoreWord, type LineIgnore, lineIgnores } from './line-ignores.ts';
import type { ManifestRule, Rule, SourceRule, Subject } from './rule.ts';
import { severityOf } from './rules.ts';
import { checkValue, isReadable } from './subject.ts';

/** A manifest's file: its text, and where it is. */
export interface ManifestText extends Pick<Subject, 'file' | 'folder'> {
  readonly text: string;
  /** Its path from the folder of its host, where it has one. */
  readonly inHost?: string;
}

/** To look up a place takes as long as the mapping it is in: more findings than this are only counted. */
const maxLocated = 200;

export interface CheckedManifest {
  readonly diagnostics: readonly Diagnostic[];
  /** For the rules across modules; absent where nothing can be read. */
  readonly subject?: Subject;
  readonly ignores: readonly LineIgnore[];
  /** How many findings there are beyond those that were looked up. */
  readonly uncounted: number;
}

/** Everything that can be told from one manifest alone, each finding at its place. */
export async function checkManifest(given: ManifestText, rules: readonly Rule[]): Promise<CheckedManifest> {
  return checkQuickly(given, rules) ?? checkExactly(given, rules);
}

const nothing: ReadonlySet<string> = new Set();

/** Most manifests are plain and right: only what has a finding, or may have one, is read for its places. */
function checkQuickly(given: ManifestText, rules: readonly Rule[]): CheckedManifest | undefined {
  const { text, file, folder } = given;
  if (text.includes(ignoreWord) || ofKind(rules, 'source').some((rule) => rule.suspects(text))) return undefined;
  const plain = readPlainYaml(text);
  const manifest = plain && manifestIn(plain.value);
  if (!manifest) return undefined;
  const subject: Subject = { file, folder, manifest, faulty: nothing };
  const isRight = ofKind(rules, 'manifest').every((rule) => rule.check(subject).length === 0);
  return isRight ? { diagnostics: [], subject, ignores: [], uncounted: 0 } : undefined;
}

async function checkExactly(given: ManifestText, rules: readonly Rule[]): Promise<CheckedManifest> {
  const source = await parseYaml(given.text);
  const rest = { ignores: lineIgnores(source), uncounted: 0 };
  const locate = locator(given.file, source);
  const syntax = source.faults.map((fault): Diagnostic => ({ severity: 'error', file: given.file, ...fault }));
  if (source.value === undefined && syntax.length > 0) return { diagnostics: syntax, ...rest };
  const checked = checkValue(source.value ?? null);
  const schema = checked.findings.slice(0, maxLocated).map((finding) => locate(finding.rule, finding));
  rest.uncounted = checked.findings.length - schema.length;
  const told = [...syntax, ...schema];
  const asWritten = ofKind(rules, 'source')
    .filter((rule) => rule.suspects(given.text))
    .flatMap((rule) => sourceFindings(rule, source, given.file))
    .filter(({ range }) => !told.some((other) => other.range && range && overlap(other.range, range)));
  if (!('manifest' in checked)) return { diagnostics: [...told, ...asWritten], ...rest };
  const { manifest, faulty } = checked;
  const subject: Subject = { file: given.file, folder: given.folder, manifest, faulty };
  return { diagnostics: [...told, ...asWritten, ...meaning(rules, subject, locate)], subject, ...rest };
}

function meaning(rules: readonly Rule[], subject: Subject, locate: ReturnType<typeof locator>): Diagnostic[] {
  return ofKind(rules, 'manifest')
    .filter((rule) => isReadable(subject, rule))
    .flatMap((rule: ManifestRule) => rule.check(subject).map((fault) => locate(rule.id, fault)));
}

function sourceFindings(rule: SourceRule, source: YamlSource, file: string): Diagnostic[] {
  return rule.check(source).map(({ span, ...fault }) => ({
    rule: rule.id,
    severity: rule.severity,
    file,
    range: source.rangeAt(...span),
    ...fault,
  }));
}

/** Turns a path in a manifest into a place in its file. */
export function locator(file: string, source: YamlSource): (rule: string, fault: Fault) => Diagnostic {
  return (rule, { path, at, message, hint, fix }) => {
    const [from, to] = source.spanOf(path, at);
    return {
      rule,
      severity: severityOf(rule),
      message,
      file,
      range: source.rangeAt(from, to),
      ...(hint === undefined ? {} : { hint }),
      ...(fix === undefined ? {} : { fix: { from, to, text: fix(source.text.slice(from, to)) } }),
    };
  };
}

function overlap(a: NonNullable<Diagnostic['range']>, b: NonNullable<Diagnostic['range']>): boolean {
  const before = (x: typeof a, y: typeof a) =>
    x.end.line < y.start.line || (x.end.line === y.start.line && x.end.column <= y.start.column);
  return !before(a, b) && !before(b, a);
}

export function ofKind<K extends Rule['kind']>(rules: readonly Rule[], kind: K): Extract<Rule, { kind: K }>[] {
  return rules.filter((rule): rule is Extract<Rule, { kind: K }> => rule.kind === kind);
}
