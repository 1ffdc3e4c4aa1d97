import { hasType, type ModuleSchemas } from '../jobs/check-input.ts';
import type { Manifest } from './manifest.ts';

/** Identifies the types of a manifest: the same as in Python and in create-ai-module. */
export function fingerprintOf(types: unknown): string {
  const text = JSON.stringify(types, (_, value) => (isObject(value) ? sortedEntries(value) : value));
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return (hash >>> 0).toString(16).padStart(8, '0');
}

function sortedEntries(value: object): unknown[] {
  return Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A sentence if `schemas.ts` was generated from other types than those in the manifest. */
export function staleTypes(manifest: Manifest, schemas: ModuleSchemas): string | undefined {
  const { name, fingerprint, input, options, output } = manifest;
  const isCurrent =
    schemas.fingerprint === undefined
      ? hasType(schemas.Input) === (input !== undefined) &&
        hasType(schemas.Options) === (options !== undefined) &&
        hasType(schemas.Output) === (output !== undefined)
      : schemas.fingerprint === fingerprint;
  return isCurrent
    ? undefined
    : `the types in manifest.yaml and schemas.ts of ${name} differ: run create-ai-module update`;
}
