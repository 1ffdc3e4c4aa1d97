import type { CodeFacts, Place } from '../code/facts.ts';
import { type Diagnostic, rangeBetween } from '../diagnostic.ts';
import { parseYaml } from '../yaml/exact.ts';
import type { CodeProblem, ManifestFacts, ManifestText, Rule, RulesByKind, Table } from './rule.ts';
import { locator } from './rules.ts';
import { unlessInvalid } from './subject.ts';

/** Reads the code beside a manifest; `undefined` if there is none in a known framework. */
export type CodeReader = (manifest: ManifestText) => Promise<CodeFacts | undefined>;

/** The differences between the code of a module and its manifest, each in the file that has to change. */
export async function checkCode(
  { file, text }: ManifestText,
  facts: ManifestFacts,
  code: CodeFacts,
  rules: RulesByKind,
): Promise<Diagnostic[]> {
  const found = rules.code.flatMap((rule) =>
    unlessInvalid(() => rule.check(facts, code)).map((problem) => ({ rule, problem })),
  );
  if (found.length === 0) return [];
  const locate = locator(file, await parseYaml(text));
  return found.map(({ rule, problem }) =>
    'place' in problem ? inCode(rule, problem, file, code) : locate(rule.id, problem),
  );
}

function inCode(
  { id, severity }: Rule,
  { place: { file, from, to }, message, hint }: CodeProblem,
  manifest: string,
  { texts }: CodeFacts,
): Diagnostic {
  const at = placeBeside(manifest, { file, from, to }, texts);
  return { rule: id, severity, message, ...at, ...(hint === undefined ? {} : { hint }) };
}

/** File and range of a place in the code, with the file relative to the same folder as `manifest`. */
function placeBeside(manifest: string, { file, from, to }: Place, texts: CodeFacts['texts']) {
  const folder = manifest.slice(0, manifest.lastIndexOf('/') + 1);
  return { file: `${folder}${file}`, range: rangeBetween(texts.get(file) ?? '', from, to) };
}

/** The tables of a module. The result does not refer to the texts of the code, so that these can be freed. */
export function tablesOf({ file }: ManifestText, { tables, texts }: CodeFacts): Table[] {
  return tables.map(({ name, place }) => ({ name, ...placeBeside(file, place, texts) }));
}
