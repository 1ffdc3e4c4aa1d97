import { explainIssues, meantPaths } from '../manifest/explain.ts';
import type { RuleProblem } from '../manifest/finding.ts';
import { namespaceOf } from '../manifest/namespace.ts';
import { knownKeys } from '../manifest/parse.ts';
import { type Manifest, ManifestSchema } from '../manifest/schema.ts';
import { InvalidField, type ManifestFacts } from './rule.ts';

export interface CheckedValue {
  /** Without what is invalid. */
  readonly manifest: Manifest;
  readonly invalid: ReadonlySet<string>;
  readonly problems: readonly RuleProblem[];
}

const required: Readonly<Record<string, string>> = {
  name: 'unknown',
  version: '0.0.0',
  description: '-',
  author: '-',
  class_name: 'Unknown',
};

/**
 * What the schema says of a value, and the manifest without what is wrong in it: rules that look at other fields can
 * still be asked. A field that stands there misspelt is as faulty as one with a wrong value.
 */
export function checkValue(value: unknown): CheckedValue | { readonly problems: readonly RuleProblem[] } {
  const parsed = ManifestSchema.safeParse(value, { reportInput: true });
  if (parsed.success) return { manifest: parsed.data, invalid: new Set(), problems: [] };
  const problems = explainIssues(parsed.error.issues, knownKeys);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return { problems };
  const paths = [...problems.map(({ path }) => path), ...meantPaths(problems, knownKeys)];
  const invalid = new Set(paths.flatMap(([field]) => (field === undefined ? [] : [String(field)])));
  const rest = Object.entries(value).filter(([key]) => !invalid.has(key) && Object.hasOwn(ManifestSchema.shape, key));
  const settings = validSettings((value as { configuration?: unknown }).configuration, paths);
  const salvaged = ManifestSchema.safeParse({ ...required, ...Object.fromEntries(rest), configuration: settings });
  return salvaged.success ? { manifest: salvaged.data, invalid, problems } : { problems };
}

/** Settings stand for themselves: one that is wrong takes no other along. */
function validSettings(configuration: unknown, wrong: readonly RuleProblem['path'][]): object {
  if (typeof configuration !== 'object' || configuration === null || Array.isArray(configuration)) return {};
  const keys = new Set(wrong.flatMap(([field, key]) => (field === 'configuration' ? [key] : [])));
  return Object.fromEntries(Object.entries(configuration).filter(([key]) => !keys.has(key)));
}

/** The facts that rules are asked about. */
export function manifestFacts(
  { file, folder }: Pick<ManifestFacts, 'file' | 'folder'>,
  { manifest: parts, invalid }: Pick<CheckedValue, 'manifest' | 'invalid'>,
): ManifestFacts {
  const manifest = guarded(parts, invalid);
  return {
    file,
    folder,
    manifest,
    parts,
    invalid,
    get namespace() {
      return namespaceOf(manifest);
    },
  };
}

function guarded(manifest: Manifest, invalid: ReadonlySet<string>): Manifest {
  if (invalid.size === 0) return manifest;
  const copy = { ...manifest };
  for (const field of invalid)
    Object.defineProperty(copy, field, {
      get: () => {
        throw new InvalidField(field);
      },
    });
  return copy;
}

/** What a rule finds; nothing where it reads an invalid field. */
export function unlessInvalid<T>(check: () => readonly T[]): readonly T[] {
  try {
    return check();
  } catch (error) {
    if (error instanceof InvalidField) return [];
    throw error;
  }
}
