import { explainIssues, meantPaths } from '../manifest/explain.ts';
import type { Finding } from '../manifest/finding.ts';
import { knownKeys } from '../manifest/parse.ts';
import { type Manifest, ManifestSchema } from '../manifest/schema.ts';

export interface CheckedValue {
  readonly manifest: Manifest;
  readonly faulty: ReadonlySet<string>;
  readonly findings: readonly Finding[];
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
export function checkValue(value: unknown): CheckedValue | { readonly findings: readonly Finding[] } {
  const parsed = ManifestSchema.safeParse(value, { reportInput: true });
  if (parsed.success) return { manifest: parsed.data, faulty: new Set(), findings: [] };
  const findings = explainIssues(parsed.error.issues, knownKeys);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return { findings };
  const paths = [...findings.map(({ path }) => path), ...meantPaths(findings, knownKeys)];
  const faulty = new Set(paths.flatMap(([field]) => (field === undefined ? [] : [String(field)])));
  const rest = Object.entries(value).filter(([key]) => !faulty.has(key) && Object.hasOwn(ManifestSchema.shape, key));
  const settings = rightSettings((value as { configuration?: unknown }).configuration, paths);
  const salvaged = ManifestSchema.safeParse({ ...required, ...Object.fromEntries(rest), configuration: settings });
  return salvaged.success ? { manifest: salvaged.data, faulty, findings } : { findings };
}

/** Settings stand for themselves: one that is wrong takes no other along. */
function rightSettings(configuration: unknown, wrong: readonly Finding['path'][]): object {
  if (typeof configuration !== 'object' || configuration === null || Array.isArray(configuration)) return {};
  const keys = new Set(wrong.flatMap(([field, key]) => (field === 'configuration' ? [key] : [])));
  return Object.fromEntries(Object.entries(configuration).filter(([key]) => !keys.has(key)));
}
