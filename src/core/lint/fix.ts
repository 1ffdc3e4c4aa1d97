import type { Diagnostic, Edit } from '../diagnostic.ts';
import type { Pause } from './check-each.ts';
import { type CheckRequest, checkAll } from './run.ts';

export interface Fixed {
  /** The diagnostics before the first edit and after the last one. */
  readonly before: readonly Diagnostic[];
  readonly after: readonly Diagnostic[];
  /** The new texts of the manifests that changed, by file. */
  readonly texts: ReadonlyMap<string, string>;
}

/** One edit can lead to another: a key whose spelling is corrected may then be out of order. */
const maxRounds = 20;

/** Applies the fixes of all diagnostics until none is left. Ignored diagnostics are not fixed. */
export async function fixAll(checkup: CheckRequest, pause?: Pause): Promise<Fixed> {
  const before = await checkAll(checkup, pause);
  const texts = new Map<string, string>();
  let now = checkup;
  let after = before;
  for (let round = 0; round < maxRounds; round += 1) {
    const edits = editsByFile(after);
    if (edits.size === 0) break;
    const manifests = now.manifests.map((manifest) => {
      const own = edits.get(manifest.file);
      if (own === undefined) return manifest;
      const text = applyEdits(manifest.text, own);
      texts.set(manifest.file, text);
      return { ...manifest, text };
    });
    now = { ...now, manifests };
    after = await checkAll(now, pause);
  }
  return { before, after, texts };
}

function editsByFile(diagnostics: readonly Diagnostic[]): Map<string, Edit[]> {
  const edits = new Map<string, Edit[]>();
  for (const { file, fix } of diagnostics) if (fix) edits.set(file, [...(edits.get(file) ?? []), fix]);
  return edits;
}

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
