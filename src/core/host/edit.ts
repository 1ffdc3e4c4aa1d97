/** Stands in a comment line of a host's file: what modules add to the file goes above that line. */
export const marker = 'create-ai-module:insert';

export type Edit =
  | { readonly kind: 'unchanged' }
  | { readonly kind: 'edited'; readonly text: string }
  | { readonly kind: 'no-marker' };

/**
 * Takes out lines that were inserted: of those right above the marker, up to a blank line, the ones that are so to the
 * letter. What stands elsewhere, or was changed, is the user's.
 */
export function removeAboveMarker(text: string, lines: ReadonlySet<string>): string {
  const all = text.split('\n');
  const end = all.findIndex((line) => line.includes(marker));
  const start = all.findLastIndex((line, at) => at < end && line.trim() === '') + 1;
  return all.filter((line, at) => at < start || at >= end || !lines.has(line.trim())).join('\n');
}

/**
 * Inserts lines above the marker, with its indentation and the file's line endings. A line that is there already is
 * left out, so that a second run changes nothing. All other bytes stay as they are.
 */
export function insertAtMarker(text: string, lines: readonly string[]): Edit {
  const present = new Set(text.split(/\r?\n/).map((line) => line.trim()));
  const missing = [...new Map(lines.map((line) => [line.trim(), line])).values()].filter(
    (line) => line.trim() !== '' && !present.has(line.trim()),
  );
  if (missing.length === 0) return { kind: 'unchanged' };
  const found = text.indexOf(marker);
  if (found === -1) return { kind: 'no-marker' };
  const isFirst = text.lastIndexOf('\n', found) === -1;
  const start = isFirst && text.startsWith('\ufeff') ? 1 : text.lastIndexOf('\n', found) + 1;
  const indent = /^[ \t]*/.exec(text.slice(start))?.[0] ?? '';
  const ending = text.includes('\r\n') ? '\r\n' : '\n';
  const inserted = missing.map((line) => `${indent}${line}${ending}`).join('');
  return { kind: 'edited', text: `${text.slice(0, start)}${inserted}${text.slice(start)}` };
}
