/**
 * Identifies the types of a manifest. The runtimes compute the same from its file: if `schemas` has another one, the
 * manifest was changed and the code was not.
 */
export function fingerprintOf(types: unknown): string {
  const text = JSON.stringify(types, (_, value) => (isObject(value) ? sortedEntries(value) : value));
  let hash = 0x811c9dc5;
  for (const byte of utf8(text)) hash = Math.imul(hash ^ byte, 0x01000193);
  return (hash >>> 0).toString(16).padStart(8, '0');
}

function utf8(text: string): number[] {
  const parts = encodeURIComponent(text).match(/%..|./g) ?? [];
  return parts.map((part) => (part.length === 1 ? part.charCodeAt(0) : Number.parseInt(part.slice(1), 16)));
}

function sortedEntries(value: object): unknown[] {
  return Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
