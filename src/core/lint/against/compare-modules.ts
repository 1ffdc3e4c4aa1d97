import { ManifestSchema } from '../../manifest/schema.ts';
import { parseYaml } from '../../yaml/exact.ts';
import { readPlainYaml } from '../../yaml/fast.ts';
import type { ManifestFacts, ManifestText } from '../rule.ts';
import { checkValue, manifestFacts } from '../subject.ts';
import type { Change } from './change.ts';
import { compareManifests } from './compare-manifests.ts';

/** A manifest at a git ref. */
export interface ManifestAtRef extends Pick<ManifestText, 'file' | 'folder'> {
  /** Absent if it cannot be read. */
  readonly text?: string;
  /** Why it cannot be read, as the end of a sentence. */
  readonly reason?: string;
  /** Whether it was in the folder where the modules are now. */
  readonly isNear: boolean;
}

/** The manifests that modules are compared with. */
export interface ManifestsAtRef {
  /** As the user wrote it. */
  readonly ref: string;
  readonly manifests: readonly ManifestAtRef[];
  /** Manifests that the repository does not have because they are elsewhere, such as in a submodule, and why. */
  readonly elsewhere: ReadonlyMap<string, string>;
}

/** How a module changed since a git ref. */
export interface ModuleComparison {
  readonly status: 'compared' | 'added' | 'removed' | 'not-compared';
  readonly ref: string;
  /** The manifest; of a removed module, the one at the ref. */
  readonly file: string;
  readonly name: string;
  /** The version at the ref; absent if there is none or it is invalid. */
  readonly from?: string;
  /** The version now. */
  readonly to?: string;
  readonly changes: readonly Change[];
  /** What was not compared, and why, as a sentence. */
  readonly skipped?: string;
}

interface Read extends ManifestAtRef {
  readonly facts: ManifestFacts | undefined;
}

/** Compares modules with those at a git ref. `isWhole` means that `manifests` are all modules of the host. */
export async function compareModules(
  manifests: readonly ManifestText[],
  atRef: ManifestsAtRef,
  isWhole: boolean,
): Promise<ModuleComparison[]> {
  const { ref } = atRef;
  const current = await Promise.all(manifests.map(async (one) => ({ ...one, facts: await readFacts(one) })));
  const old = await Promise.all(atRef.manifests.map(readOld));
  const pairs = pairsOf(current, old);
  const compared = current.flatMap((one): ModuleComparison[] => {
    if (one.facts === undefined) return [];
    const found = pairs.get(one.file);
    const about = { ref, file: one.file, name: nameOf(one), ...versionOf('to', one.facts), changes: [] };
    const reason = found === undefined ? atRef.elsewhere.get(one.file) : found.reason;
    if (reason !== undefined) return [{ ...about, status: 'not-compared', skipped: reason }];
    if (found === undefined) return [{ ...about, status: 'added' }];
    if (found.facts === undefined)
      return [{ ...about, status: 'not-compared', skipped: `the manifest at ${ref} is not a valid manifest` }];
    const changes = found.text === one.text ? [] : compareManifests(found.facts, one.facts);
    const skipped = invalidFields(found.facts, ref);
    return [{ ...about, status: 'compared', ...versionOf('from', found.facts), changes, ...skipped }];
  });
  const used = new Set(pairs.values());
  const removed = old
    .filter((one) => isWhole && one.isNear && !used.has(one))
    .map((one): ModuleComparison => {
      const from = one.facts === undefined ? {} : versionOf('from', one.facts);
      return { status: 'removed', ref, file: one.file, name: nameOf(one), ...from, changes: [] };
    });
  return [...compared, ...removed];
}

async function readOld(one: ManifestAtRef): Promise<Read> {
  const facts = one.text === undefined ? undefined : await readFacts({ ...one, text: one.text });
  return { ...one, facts };
}

/** The facts of a manifest without its invalid fields; `undefined` if it is no manifest. */
async function readFacts(given: ManifestText): Promise<ManifestFacts | undefined> {
  const plain = readPlainYaml(given.text);
  const { data } = plain === undefined ? { data: undefined } : ManifestSchema.safeParse(plain.value);
  if (data !== undefined) return manifestFacts(given, { manifest: data, invalid: new Set() });
  const { value } = await parseYaml(given.text);
  if (value === undefined) return undefined;
  const checked = checkValue(value);
  return 'manifest' in checked ? manifestFacts(given, checked) : undefined;
}

/** The manifests that belong together: first by name, then by folder. */
function pairsOf(current: readonly Omit<Read, 'isNear'>[], old: readonly Read[]): Map<string, Read> {
  const pairs = new Map<string, Read>();
  const free = new Set(old);
  const pair = (file: string, found: Read | undefined): void => {
    if (found === undefined) return;
    pairs.set(file, found);
    free.delete(found);
  };
  for (const one of current) {
    if (one.facts === undefined || one.facts.invalid.has('name')) continue;
    const { name } = one.facts.manifest;
    const named = [...free].filter(
      ({ facts }) => facts !== undefined && !facts.invalid.has('name') && facts.manifest.name === name,
    );
    const near = named.filter(({ isNear }) => isNear);
    const far = named.length === 1 ? named[0] : undefined;
    pair(one.file, named.find(({ file }) => file === one.file) ?? near[0] ?? far);
  }
  for (const { file } of current)
    if (!pairs.has(file))
      pair(
        file,
        [...free].find((one) => one.file === file),
      );
  return pairs;
}

function nameOf({ facts, folder, file }: Omit<Read, 'isNear'>): string {
  return facts === undefined || facts.invalid.has('name') ? (folder ?? file) : facts.manifest.name;
}

function versionOf<K extends 'from' | 'to'>(key: K, { invalid, parts }: ManifestFacts): { [key in K]?: string } {
  return (invalid.has('version') ? {} : { [key]: parts.version }) as { [key in K]?: string };
}

function invalidFields({ invalid }: ManifestFacts, ref: string): Pick<ModuleComparison, 'skipped'> {
  if (invalid.size === 0) return {};
  return { skipped: `at ${ref}, ${[...invalid].sort().join(', ')} ${invalid.size === 1 ? 'is' : 'are'} not valid` };
}
