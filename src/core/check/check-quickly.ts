import { namespaceOf } from '../manifest/namespace.ts';
import { manifestOf } from '../manifest/right-manifest.ts';
import type { Manifest } from '../manifest/schema.ts';
import { ignoreWord } from './line-ignores.ts';
import type { ManifestText } from './manifest-text.ts';
import { quickFields } from './quick-fields.ts';
import type { ManifestRule, Subject } from './rule.ts';
import type { RulesByKind } from './rules-by-kind.ts';

const nothing: ReadonlySet<string> = new Set();

/** The last manifest in which they found nothing. */
const rightBefore = new WeakMap<RulesByKind, Manifest>();

/**
 * The manifest in a text that is plain, and in which no rule finds anything: most are. `undefined` for what has a
 * finding, or may have one: `checkExactly` reads that for its places.
 */
export function checkQuickly({ text, file, folder }: ManifestText, rules: RulesByKind): Subject | undefined {
  if (text.includes(ignoreWord)) return undefined;
  const plain = quickFields(text);
  const manifest = plain && manifestOf(plain.value as Partial<Manifest>);
  if (!manifest || rules.source.some((rule) => rule.suspects(text, plain))) return undefined;
  const subject: Subject = { file, folder, manifest, namespace: namespaceOf(manifest), faulty: nothing };
  const before = rightBefore.get(rules);
  const isRight = rules.manifest.every(
    (rule) => foundNothing(rule, manifest, before) || rule.check(subject).length === 0,
  );
  if (!isRight) return undefined;
  rightBefore.set(rules, manifest);
  return subject;
}

/** Nothing again where all that it looks at is the very same. What belongs to a name, the folder too, is told each time. */
function foundNothing({ reads }: ManifestRule, manifest: Manifest, before: Manifest | undefined): boolean {
  return before !== undefined && reads.every((field) => field !== 'name' && manifest[field] === before[field]);
}
