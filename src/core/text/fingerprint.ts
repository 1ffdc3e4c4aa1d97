/**
 * Identifies the types of a manifest. The runtimes compute the same from its file: if `schemas` has another one, the
 * manifest was changed and the code was not.
 */
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
