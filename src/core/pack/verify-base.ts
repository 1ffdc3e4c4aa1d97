import type { RelPath } from '../text/rel-path.ts';
import { comparePaths, sameFile, type Tree } from '../tree/tree.ts';
import type { Renders } from './conflict-causes.ts';

/**
 * Renders again what is said to have been rendered last, from the manifest that is kept with it: the files that are
 * not so, or `undefined` where that manifest is not known, or the pack is not of that version.
 */
export function strayedFrom(renders: Renders, theirs: Tree): readonly RelPath[] | undefined {
  const { base, newVersion } = renders;
  const rendered = newVersion === undefined ? renderThen(renders, theirs) : undefined;
  if (rendered === undefined) return undefined;
  return [...base.keys()].sort(comparePaths).filter((path) => {
    const [kept, now] = [base.get(path), rendered.get(path)];
    return kept === undefined || now === undefined || !sameFile(kept, now);
  });
}

/** What has no manifest is rendered from nothing that can have changed. */
function renderThen({ edits }: Renders, theirs: Tree): Tree | undefined {
  if (edits === undefined) return theirs;
  return edits.then && edits.render(edits.then);
}
