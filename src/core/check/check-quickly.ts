import { ManifestSchema } from '../manifest/schema.ts';
import { readPlainYaml } from '../text/plain-yaml.ts';
import { ignoreWord } from './line-ignores.ts';
import type { ManifestText } from './manifest-text.ts';
import type { ManifestFacts } from './rule.ts';
import type { RulesByKind } from './rules-by-kind.ts';
import { manifestFacts } from './subject.ts';

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
