import type { Diagnostic } from '../diagnostic.ts';
import { ManifestSchema } from '../manifest/schema.ts';
import { parseYaml, type YamlSource } from '../yaml/exact.ts';
import { readPlainYaml } from '../yaml/fast.ts';
import { ignoreWord, type LineIgnore, lineIgnores } from './ignores.ts';
import type { ManifestFacts, ManifestText, RulesByKind, SourceRule } from './rule.ts';
import { locator } from './rules.ts';
import { checkValue, manifestFacts, unlessInvalid } from './subject.ts';

const none: ReadonlySet<string> = new Set();

/**
 * The facts of a manifest in plain YAML without any problem, which most manifests are. `undefined` for a text that has a
 * problem or may have one: `checkExactly` then parses it with positions.
 */
export function checkQuickly(given: ManifestText, rules: RulesByKind): ManifestFacts | undefined {
  const { text } = given;
  if (text.includes(ignoreWord)) return undefined;
  const plain = readPlainYaml(text);
  if (plain === undefined || rules.source.some((rule) => rule.suspects(text, plain))) return undefined;
  const { data: manifest } = ManifestSchema.safeParse(plain.value);
  if (manifest === undefined) return undefined;
  const facts = manifestFacts(given, { manifest, invalid: none });
  return rules.manifest.every((rule) => rule.check(facts).length === 0) ? facts : undefined;
}

export interface CheckedManifest {
  readonly diagnostics: readonly Diagnostic[];
  /** For the rules that compare modules; absent if the manifest cannot be read. */
  readonly facts?: ManifestFacts;
  readonly ignores: readonly LineIgnore[];
  /** Number of problems that were not turned into diagnostics. */
  readonly uncounted: number;
}

/** Further problems are only counted: finding the position of one takes time in proportion to the size of its mapping. */
const maxLocated = 200;

/** Checks a manifest with a parser that knows the position of everything in the text. Slower than `checkQuickly`. */
export async function checkExactly(given: ManifestText, rules: RulesByKind): Promise<CheckedManifest> {
  const source = await parseYaml(given.text);
  const rest = { ignores: lineIgnores(source), uncounted: 0 };
  const locate = locator(given.file, source);
  const syntax = source.problems.map((problem): Diagnostic => ({ severity: 'error', file: given.file, ...problem }));
  if (source.value === undefined && syntax.length > 0) return { diagnostics: syntax, ...rest };
  const checked = checkValue(source.value ?? null);
  const schema = checked.problems.slice(0, maxLocated).map((problem) => locate(problem.rule, problem));
  rest.uncounted = checked.problems.length - schema.length;
  const reported = [...syntax, ...schema];
  const inSource = rules.source
    .filter((rule) => rule.suspects(given.text))
    .flatMap((rule) => sourceDiagnostics(rule, source, given.file))
    .filter(({ range }) => !reported.some((other) => other.range && range && overlap(other.range, range)));
  if (!('manifest' in checked)) return { diagnostics: [...reported, ...inSource], ...rest };
  const facts = manifestFacts(given, checked);
  return { diagnostics: [...reported, ...inSource, ...manifestDiagnostics(rules, facts, locate)], facts, ...rest };
}

function manifestDiagnostics(
  rules: RulesByKind,
  facts: ManifestFacts,
  locate: ReturnType<typeof locator>,
): Diagnostic[] {
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
