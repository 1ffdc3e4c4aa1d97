import type { Diagnostic } from '../diagnostic.ts';
import { manifestOf } from '../manifest/right-manifest.ts';
import type { Manifest } from '../manifest/schema.ts';
import type { PlainYaml } from '../text/plain-yaml.ts';
import { ignoreWord, type LineIgnore } from './line-ignores.ts';
import { fieldReader } from './quick-fields.ts';
import type { ManifestRule, Subject } from './rule.ts';
import type { RulesByKind } from './rules-by-kind.ts';

/** A manifest's file: its text, and where it is. */
export interface ManifestText extends Pick<Subject, 'file' | 'folder'> {
  readonly text: string;
  /** Its path from the folder of its host, where it has one. */
  readonly inHost?: string;
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
export async function checkManifest(given: ManifestText, rules: RulesByKind): Promise<CheckedManifest> {
  const quick = checkQuickly(given, rules);
  if (quick) return quick;
  const { checkExactly } = await import('./check-exactly.ts');
  return checkExactly(given, rules);
}

const nothing: ReadonlySet<string> = new Set();

/** What is remembered from one manifest to the next. */
interface Quick {
  readonly readFields: ReturnType<typeof fieldReader>;
  /** The last manifest in which nothing was found. */
  right?: Manifest;
}
const quickByRules = new WeakMap<RulesByKind, Quick>();

/** Most manifests are plain and right: only what has a finding, or may have one, is read for its places. */
function checkQuickly(given: ManifestText, rules: RulesByKind): CheckedManifest | undefined {
  const { text, file, folder } = given;
  if (text.includes(ignoreWord)) return undefined;
  const isSuspect = (of: string, plain: PlainYaml) => rules.source.some((rule) => rule.suspects(of, plain));
  const quick: Quick = quickByRules.get(rules) ?? { readFields: fieldReader(isSuspect) };
  quickByRules.set(rules, quick);
  const value = quick.readFields(text);
  const manifest = value && manifestOf(value);
  if (!manifest || isSuspect(text, { value, lines: [] })) return undefined;
  const subject: Subject = { file, folder, manifest, faulty: nothing };
  const isRight = rules.manifest.every(
    (rule) => foundNothing(rule, manifest, quick.right) || rule.check(subject).length === 0,
  );
  if (!isRight) return undefined;
  quick.right = manifest;
  return { diagnostics: [], subject, ignores: [], uncounted: 0 };
}

/** Nothing again where all that it reads is the very same. What belongs to a name, the folder too, is told each time. */
function foundNothing({ reads }: ManifestRule, manifest: Manifest, before: Manifest | undefined): boolean {
  if (before === undefined || reads.length === 0 || reads.includes('name')) return false;
  return reads.every((field) => manifest[field] === before[field]);
}
