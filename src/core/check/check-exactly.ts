import type { Diagnostic } from '../diagnostic.ts';
import { parseYaml, type YamlSource } from '../text/yaml-source.ts';
import { type LineIgnore, lineIgnores } from './line-ignores.ts';
import { locator } from './locator.ts';
import type { ManifestText } from './manifest-text.ts';
import type { SourceRule, ManifestFacts } from './rule.ts';
import type { RulesByKind } from './rules-by-kind.ts';
import { checkValue, manifestFacts, unlessInvalid } from './subject.ts';

export interface CheckedManifest {
  readonly diagnostics: readonly Diagnostic[];
  /** For the rules across modules; absent where nothing can be read. */
  readonly facts?: ManifestFacts;
  readonly ignores: readonly LineIgnore[];
  /** How many findings there are beyond those that were looked up. */
  readonly uncounted: number;
}

/** To look up a place takes as long as the mapping it is in: more findings than this are only counted. */
const maxLocated = 200;

/** Reads a manifest with the place of everything in it, and tells what is wrong where. */
export async function checkExactly(given: ManifestText, rules: RulesByKind): Promise<CheckedManifest> {
  const source = await parseYaml(given.text);
  const rest = { ignores: lineIgnores(source), uncounted: 0 };
  const locate = locator(given.file, source);
  const syntax = source.problems.map((problem): Diagnostic => ({ severity: 'error', file: given.file, ...problem }));
  if (source.value === undefined && syntax.length > 0) return { diagnostics: syntax, ...rest };
  const checked = checkValue(source.value ?? null);
  const schema = checked.problems.slice(0, maxLocated).map((finding) => locate(finding.rule, finding));
  rest.uncounted = checked.problems.length - schema.length;
  const told = [...syntax, ...schema];
  const asWritten = rules.source
    .filter((rule) => rule.suspects(given.text))
    .flatMap((rule) => sourceDiagnostics(rule, source, given.file))
    .filter(({ range }) => !told.some((other) => other.range && range && overlap(other.range, range)));
  if (!('manifest' in checked)) return { diagnostics: [...told, ...asWritten], ...rest };
  const facts = manifestFacts(given, checked);
  return { diagnostics: [...told, ...asWritten, ...meaning(rules, facts, locate)], facts, ...rest };
}

function meaning(rules: RulesByKind, facts: ManifestFacts, locate: ReturnType<typeof locator>): Diagnostic[] {
  return rules.manifest.flatMap((rule) =>
    unlessInvalid(() => rule.check(facts)).map((problem) => locate(rule.id, problem)),
  );
}

function sourceDiagnostics(rule: SourceRule, source: YamlSource, file: string): Diagnostic[] {
  return rule.check(source).map(({ span, ...problem }) => ({
    rule: rule.id,
    severity: rule.severity,
    file,
    range: source.rangeAt(...span),
    ...problem,
  }));
}

function overlap(a: NonNullable<Diagnostic['range']>, b: NonNullable<Diagnostic['range']>): boolean {
  const before = (x: typeof a, y: typeof a) =>
    x.end.line < y.start.line || (x.end.line === y.start.line && x.end.column <= y.start.column);
  return !before(a, b) && !before(b, a);
}
