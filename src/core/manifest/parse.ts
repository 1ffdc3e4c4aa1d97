import type { Diagnostic, RuleProblem } from '../diagnostic.ts';
import { parseYaml } from '../yaml/exact.ts';
import { readYaml } from '../yaml/fast.ts';
import { explainIssues } from './explain.ts';
import { checkSemantics } from './meaning.ts';
import { ConfigurationEntry, EndpointEntry, EventEntry, type Manifest, ManifestSchema } from './schema.ts';

const maxDiagnostics = 50;

export type ParsedManifest =
  | { readonly ok: true; readonly manifest: Manifest; readonly diagnostics: readonly Diagnostic[] }
  | { readonly ok: false; readonly diagnostics: readonly Diagnostic[] };

/** Text → manifest and diagnostics with positions. Never throws. */
export async function parseManifest(text: string, file: string): Promise<ParsedManifest> {
  const source = await parseYaml(text);
  if (source.problems.length > 0) {
    return {
      ok: false,
      diagnostics: source.problems.slice(0, maxDiagnostics).map((problem) => ({ severity: 'error', file, ...problem })),
    };
  }
  const { manifest, problems } = checkManifestValue(source.value ?? null);
  const diagnostics = problems.slice(0, maxDiagnostics).map(
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

/** Like `parseManifest`, without positions, for a manifest that the tool wrote. Throws if the text is not YAML. */
export async function readManifest(
  text: string,
): Promise<{ readonly manifest?: Manifest; readonly problems: readonly RuleProblem[] }> {
  return checkManifestValue(await readYaml(text));
}

/** The manifest in a text that may be anything, such as a file with merge markers; `undefined` if it is not valid. */
export async function findManifest(text: string): Promise<Manifest | undefined> {
  try {
    return (await readManifest(text)).manifest;
  } catch {
    return undefined;
  }
}

export function checkManifestValue(value: unknown): {
  readonly manifest?: Manifest;
  readonly problems: readonly RuleProblem[];
} {
  const parsed = ManifestSchema.safeParse(value, { reportInput: true });
  if (!parsed.success) return { problems: explainIssues(parsed.error.issues, knownKeys) };
  const problems = checkSemantics(parsed.data);
  return problems.length === 0 ? { manifest: parsed.data, problems } : { problems };
}

/** The keys that are allowed at a path of the manifest. */
export function knownKeys(path: readonly PropertyKey[]): readonly string[] {
  if (path.length === 0) return Object.keys(ManifestSchema.shape);
  if (path[0] === 'resources') return ['cpu', 'memory', 'max_concurrent_jobs'];
  if (path[0] === 'endpoints') return Object.keys(EndpointEntry.shape);
  if (path[0] === 'events_emitted' || path[0] === 'events_subscribed') return Object.keys(EventEntry.shape);
  return path[0] === 'configuration' ? Object.keys(ConfigurationEntry.shape) : [];
}
