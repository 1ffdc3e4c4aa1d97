import type { Diagnostic } from '../diagnostic.ts';
import { type CodeReader, checkCode, tablesOf } from './check-code.ts';
import { checkExactly, checkQuickly } from './check-manifest.ts';
import type { LineIgnore } from './ignores.ts';
import type { ManifestFacts, ManifestText, ModuleFacts, RulesByKind } from './rule.ts';

/** Yields to the event loop. */
export type Pause = () => Promise<void>;

/** A manifest takes a few microseconds, unless `checkExactly` reads it or its code is read. */
const manifestsBetweenPauses = 250;

/** Manifests, and the diagnostics of each without the others. */
export interface CheckedEach {
  /** The manifests that can be read. */
  readonly modules: readonly ModuleFacts[];
  readonly found: readonly Diagnostic[];
  readonly ignores: ReadonlyMap<string, readonly LineIgnore[]>;
  /** File → number of problems that were not turned into diagnostics. */
  readonly uncounted: ReadonlyMap<string, number>;
  /** Code files that may have diagnostics → their paths relative to the host. */
  readonly inHost: ReadonlyMap<string, string | undefined>;
}

export async function checkEach(
  manifests: readonly ManifestText[],
  rules: RulesByKind,
  pause: Pause,
  codeOf?: CodeReader,
): Promise<CheckedEach> {
  const modules: ModuleFacts[] = [];
  const found: Diagnostic[] = [];
  const ignores = new Map<string, readonly LineIgnore[]>();
  const uncounted = new Map<string, number>();
  const inHost = new Map<string, string | undefined>();
  const exactly = async (manifest: ManifestText): Promise<ManifestFacts | undefined> => {
    await pause();
    const checked = await checkExactly(manifest, rules);
    found.push(...checked.diagnostics);
    ignores.set(manifest.file, checked.ignores);
    uncounted.set(manifest.file, checked.uncounted);
    return checked.facts;
  };
  const withCode = async (manifest: ManifestText, facts: ManifestFacts): Promise<ModuleFacts> => {
    const code = await codeOf?.(manifest);
    if (code === undefined) return facts;
    const tables = tablesOf(manifest, code);
    const inCode = await checkCode(manifest, facts, code, rules);
    found.push(...inCode);
    for (const { file } of [...inCode, ...tables]) inHost.set(file, pathInHost(manifest, file));
    return Object.assign(facts, { tables });
  };
  let done = 0;
  for (const manifest of manifests) {
    if (codeOf || done % manifestsBetweenPauses === 0) await pause();
    done += 1;
    const facts = checkQuickly(manifest, rules) ?? (await exactly(manifest));
    if (facts) modules.push(codeOf ? await withCode(manifest, facts) : facts);
  }
  return { modules, found, ignores, uncounted, inHost };
}

/** The path of a file of the manifest's module, relative to the host. */
function pathInHost({ file, inHost }: ManifestText, other: string): string | undefined {
  const folder = (path: string) => path.slice(0, path.lastIndexOf('/') + 1);
  return inHost === undefined ? undefined : `${folder(inHost)}${other.slice(folder(file).length)}`;
}
