import type { Edit } from '../diagnostic.ts';

/** Applies the edits that do not overlap, small ones first. All other bytes are unchanged. */
export function applyEdits(text: string, edits: readonly Edit[]): string {
  const chosen: Edit[] = [];
  for (const edit of edits.toSorted((a, b) => a.to - a.from - (b.to - b.from)))
    if (chosen.every((other) => edit.to <= other.from || other.to <= edit.from)) chosen.push(edit);
  // Offsets of edits do not count the byte order mark.
  const start = text.startsWith('\ufeff') ? 1 : 0;
  let at = 0;
  const pieces: string[] = [];
  for (const { from, to, text: piece } of chosen.sort((a, b) => a.from - b.from)) {
    pieces.push(text.slice(at, from + start), piece);
    at = to + start;
  }
  return [...pieces, text.slice(at)].join('');
}
