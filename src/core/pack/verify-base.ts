import { readManifest } from '../manifest/parse.ts';
import type { RelPath } from '../text/rel-path.ts';
import { comparePaths, sameFile, type Tree } from '../tree/tree.ts';
import type { Renders } from './conflict-causes.ts';

/**
 * Renders again what is said to have been rendered last, from the manifest that is kept with it: the files that are
 * not so, or `undefined` where that manifest is not known, or the pack is not of that version.
 */
export function strayedFrom({ base, edits, manifestThen, newVersion }: Renders): readonly RelPath[] | undefined {
  if (edits === undefined || manifestThen === undefined || newVersion !== undefined) return undefined;
  const { manifest } = readManifest(manifestThen);
  if (manifest === undefined) return undefined;
  const rendered: Tree = edits.render(manifest);
  return [...base.keys()].sort(comparePaths).filter((path) => {
    const [kept, now] = [base.get(path), rendered.get(path)];
    return kept === undefined || now === undefined || !sameFile(kept, now);
  });
}
