import type { Diagnostic, Edit } from '../diagnostic.ts';
import { applyEdits } from './apply-edits.ts';
import { type CheckRequest, checkAll } from './check-all.ts';
import type { Pause } from './check-each.ts';

export interface Fixed {
  /** What was found at first, and what is left. */
  readonly before: readonly Diagnostic[];
  readonly after: readonly Diagnostic[];
  /** The new texts of the manifests that changed, by file. */
  readonly texts: ReadonlyMap<string, string>;
}

/** Edits may uncover others: a key that is spelt right is then in the wrong place. */
const maxRounds = 20;

/** Makes every safe edit that findings offer, until none is left. What is ignored is not edited. */
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
