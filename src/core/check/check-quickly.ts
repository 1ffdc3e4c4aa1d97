import { ManifestSchema } from '../manifest/schema.ts';
import { readPlainYaml } from '../text/plain-yaml.ts';
import { ignoreWord } from './line-ignores.ts';
import type { ManifestText } from './manifest-text.ts';
import type { ManifestFacts } from './rule.ts';
import type { RulesByKind } from './rules-by-kind.ts';
import { manifestFacts } from './subject.ts';

const none: ReadonlySet<string> = new Set();

/**
 * The manifest in a plain text in which no rule finds anything, as in most. `undefined` for a text with a diagnostic, or
 * that may have one: `checkExactly` reads it again for the positions.
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
