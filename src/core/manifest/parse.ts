import type { Diagnostic } from '../diagnostic.ts';
import { parseYaml } from '../text/yaml-source.ts';
import { readYaml } from '../text/yaml-value.ts';
import { explainIssues } from './explain.ts';
import type { Finding } from './finding.ts';
import { checkMeaning } from './meaning.ts';
import { ConfigurationEntry, type Manifest, ManifestSchema } from './schema.ts';

const maxDiagnostics = 50;

export type ParsedManifest =
  | { readonly ok: true; readonly manifest: Manifest; readonly diagnostics: readonly Diagnostic[] }
  | { readonly ok: false; readonly diagnostics: readonly Diagnostic[] };

/** Text → manifest, with everything that is wrong with it, each at its line and column. Never throws. */
export async function parseManifest(text: string, file: string): Promise<ParsedManifest> {
  const source = await parseYaml(text);
  if (source.faults.length > 0) {
    return {
      ok: false,
      diagnostics: source.faults.slice(0, maxDiagnostics).map((fault) => ({ severity: 'error', file, ...fault })),
    };
  }
  const { manifest, findings } = checkManifestValue(source.value ?? null);
  const diagnostics = findings.slice(0, maxDiagnostics).map(
    ({ path, at, rule, message, hint }): Diagnostic => ({
      rule,
      severity: 'error',
      message,
      file,
      range: source.rangeOf(path, at),
      ...(hint === undefined ? {} : { hint }),
    }),
  );
  return manifest === undefined ? { ok: false, diagnostics } : { ok: true, manifest, diagnostics };
}

/** The same verdict without places, for a manifest the tool wrote itself. Throws on text that is not YAML. */
export async function readManifest(
  text: string,
): Promise<{ readonly manifest?: Manifest; readonly findings: readonly Finding[] }> {
  return checkManifestValue(await readYaml(text));
}

/** The manifest in a text that may hold anything, such as what git left of two; `undefined` where it is none. */
export async function findManifest(text: string): Promise<Manifest | undefined> {
  try {
    return (await readManifest(text)).manifest;
  } catch {
    return undefined;
  }
}

export function checkManifestValue(value: unknown): {
  readonly manifest?: Manifest;
  readonly findings: readonly Finding[];
} {
  const parsed = ManifestSchema.safeParse(value, { reportInput: true });
  if (!parsed.success) return { findings: explainIssues(parsed.error.issues, knownKeys) };
  const findings = checkMeaning(parsed.data);
  return findings.length === 0 ? { manifest: parsed.data, findings } : { findings };
}

/** The keys that a manifest may have at a place. */
export function knownKeys(path: readonly PropertyKey[]): readonly string[] {
  if (path.length === 0) return Object.keys(ManifestSchema.shape);
  if (path[0] === 'resources') return ['cpu', 'memory', 'max_concurrent_jobs'];
  return path[0] === 'configuration' ? Object.keys(ConfigurationEntry.shape) : [];
}
