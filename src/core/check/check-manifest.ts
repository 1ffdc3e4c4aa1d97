import type { Diagnostic } from '../diagnostic.ts';
import { namespaceOf } from '../manifest/namespace.ts';
import { manifestOf } from '../manifest/right-manifest.ts';
import type { Manifest } from '../manifest/schema.ts';
import { ignoreWord, type LineIgnore } from './line-ignores.ts';
import { quickFields } from './quick-fields.ts';
import type { ManifestRule, Subject } from './rule.ts';
import type { RulesByKind } from './rules-by-kind.ts';

/** A manifest's file: its text, and where it is. */
export interface ManifestText extends Pick<Subject, 'file' | 'folder'> {
  readonly text: string;
  /** Its path from the folder of its host, where it has one. */
  readonly inHost?: string | undefined;
}

export interface CheckedManifest {
  readonly diagnostics: readonly Diagnostic[];
  /** For the rules across modules; absent where nothing can be read. */
  readonly subject?: Subject;
  readonly ignores: readonly LineIgnore[];
  /** How many findings there are beyond those that were looked up. */
  readonly uncounted: number;
}

/** Everything that can be told from one manifest alone, each finding at its place. */
export function checkManifest(given: ManifestText, rules: RulesByKind): CheckedManifest | Promise<CheckedManifest> {
  return (
    checkQuickly(given, rules) ?? import('./check-exactly.ts').then(({ checkExactly }) => checkExactly(given, rules))
  );
}

const nothing: ReadonlySet<string> = new Set();

/** The last manifest in which they found nothing. */
const rightBefore = new WeakMap<RulesByKind, Manifest>();

/** Nothing again where all that it looks at is the very same. What belongs to a name, the folder too, is told each time. */
function foundNothing({ reads }: ManifestRule, manifest: Manifest, before: Manifest | undefined): boolean {
  return before !== undefined && reads.every((field) => field !== 'name' && manifest[field] === before[field]);
}

/** Most manifests are plain and right: only what has a finding, or may have one, is read for its places. */
function checkQuickly({ text, file, folder }: ManifestText, rules: RulesByKind): CheckedManifest | undefined {
  if (text.includes(ignoreWord)) return undefined;
  const plain = quickFields(text);
  const manifest = plain && manifestOf(plain.value as Partial<Manifest>);
  if (!manifest || rules.source.some((rule) => rule.suspects(text, plain))) return undefined;
  const subject: Subject = { file, folder, manifest, namespace: namespaceOf(manifest), faulty: nothing };
  const before = rightBefore.get(rules);
  if (!rules.manifest.every((rule) => foundNothing(rule, manifest, before) || rule.check(subject).length === 0))
    return undefined;
  rightBefore.set(rules, manifest);
  return { diagnostics: [], subject, ignores: [], uncounted: 0 };
}
