/** Stands in a comment line of a host's file: what modules add to the file goes above that line. */
export const marker = 'create-ai-module:insert';

export type Edit =
  | { readonly kind: 'unchanged' }
  | { readonly kind: 'edited'; readonly text: string }
  | { readonly kind: 'no-marker' };

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
