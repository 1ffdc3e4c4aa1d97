import { manifestChanges } from '../manifest/manifest-changes.ts';
import type { Manifest } from '../manifest/schema.ts';
import { hunksOf } from '../text/line-hunks.ts';
import type { RelPath } from '../text/rel-path.ts';
import { sameFile, type Tree, type TreeFile, textOf } from '../tree/tree.ts';

/** Something that makes the new render differ from the last one. */
interface Step {
  readonly sentence: string;
  readonly isRemoval: boolean;
  readonly before: Tree;
  readonly after: Tree;
}

export interface Cause {
  readonly sentence: string;
  /** Whether something was taken away, so that its code is to go. */
  readonly isRemoval: boolean;
}

export interface Renders {
  /** The manifest, and what another one would bring; absent for what has none. */
  readonly edits:
    | {
        readonly now: Manifest;
        /** That of the last render, where it is known. */
        readonly then: Manifest | undefined;
        readonly render: (manifest: Manifest) => Tree;
      }
    | undefined;
  /** The last render. */
  readonly base: Tree;
  /** Whether the last render was made by another version of the pack. */
  readonly newVersion: string | undefined;
}

/**
 * What brought the change of one place: each edit of the manifest is rendered alone, and so is the pack's new version,
 * and the ones that touch the place are the reason. Done where there is a conflict, which is seldom.
 */
export function causeFinder(renders: Renders): (path: RelPath, from?: number, size?: number) => Cause[] {
  const steps = stepsOf(renders);
  return (path, from, size = 0) =>
    steps.filter((step) => touches(step.before.get(path), step.after.get(path), from, size));
}

function stepsOf({ edits, base, newVersion }: Renders): Step[] {
  const then = edits?.then;
  const render = (manifest: Manifest): Tree | undefined => quietly(() => edits?.render(manifest));
  const middle = then && render(then);
  const pieces: Step[] = [];
  if (newVersion !== undefined)
    pieces.push({
      sentence: `${newVersion} renders it otherwise`,
      isRemoval: false,
      before: base,
      after: middle ?? base,
    });
  if (edits === undefined || then === undefined || middle === undefined) return pieces;
  for (const { sentence, isRemoval, after } of manifestChanges(then, edits.now)) {
    const rendered = render(after);
    if (rendered) pieces.push({ sentence, isRemoval, before: middle, after: rendered });
  }
  return pieces;
}

function touches(before: TreeFile | undefined, after: TreeFile | undefined, from: number | undefined, size: number) {
  if (before === undefined || after === undefined) return before !== after;
  if (sameFile(before, after)) return false;
  if (from === undefined) return true;
  const hunks = hunksOf(linesOf(before), linesOf(after));
  return hunks?.some(({ at, size: own }) => at <= from + size && at + own >= from) ?? true;
}

function linesOf(file: TreeFile): string[] {
  return (textOf(file.content) ?? '').split(/\r?\n/);
}

/** A manifest in between may be one that no template was made for. */
function quietly<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}
