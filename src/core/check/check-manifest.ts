import type { Diagnostic } from '../diagnostic.ts';
import { rightManifest } from '../manifest/right-manifest.ts';
import { readPlainYaml } from '../text/plain-yaml.ts';
import { ignoreWord, type LineIgnore } from './line-ignores.ts';
import type { Subject } from './rule.ts';
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

/** Most manifests are plain and right: only what has a finding, or may have one, is read for its places. */
function checkQuickly(given: ManifestText, rules: RulesByKind): CheckedManifest | undefined {
  const { text, file, folder } = given;
  if (text.includes(ignoreWord)) return undefined;
  const plain = readPlainYaml(text);
  const manifest = plain && rightManifest(plain.value);
  if (!manifest || rules.source.some((rule) => rule.suspects(text, plain))) return undefined;
  const subject: Subject = { file, folder, manifest, faulty: nothing };
  const isRight = rules.manifest.every((rule) => rule.check(subject).length === 0);
  return isRight ? { diagnostics: [], subject, ignores: [], uncounted: 0 } : undefined;
}
