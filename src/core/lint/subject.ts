import type { RuleProblem } from '../diagnostic.ts';
import { explainIssues, meantPaths } from '../manifest/explain.ts';
import { namespaceOf } from '../manifest/namespace.ts';
import { knownKeys } from '../manifest/parse.ts';
import { type Manifest, ManifestSchema } from '../manifest/schema.ts';
import { InvalidField, type ManifestFacts } from './rule.ts';

export interface CheckedValue {
  /** Without the invalid fields. */
  readonly manifest: Manifest;
  readonly invalid: ReadonlySet<string>;
  readonly problems: readonly RuleProblem[];
}

/** Values for required fields that are missing or invalid. */
const placeholders: Readonly<Record<string, string>> = {
  name: 'unknown',
  version: '0.0.0',
  description: '-',
  author: '-',
  class_name: 'Unknown',
};

/**
 * Checks a value with the schema. The manifest is returned without the invalid fields, so that rules for the other fields
 * can still run. A field whose key is misspelt counts as invalid.
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
  const salvaged = ManifestSchema.safeParse({ ...placeholders, ...Object.fromEntries(rest), configuration: settings });
  return salvaged.success ? { manifest: salvaged.data, invalid, problems } : { problems };
}

/** Settings are independent: an invalid one does not make the others invalid. */
function validSettings(configuration: unknown, invalid: readonly RuleProblem['path'][]): object {
  if (typeof configuration !== 'object' || configuration === null || Array.isArray(configuration)) return {};
  const keys = new Set(invalid.flatMap(([field, key]) => (field === 'configuration' ? [key] : [])));
  return Object.fromEntries(Object.entries(configuration).filter(([key]) => !keys.has(key)));
}

/** The input of rules for one manifest. */
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

/** The result of a rule, or nothing if the rule reads an invalid field. */
export function unlessInvalid<T>(check: () => readonly T[]): readonly T[] {
  try {
    return check();
  } catch (error) {
    if (error instanceof InvalidField) return [];
    throw error;
  }
}
