import { type Hunk, hunksOf } from '../../merge/hunks.ts';
import type { LineConflict } from '../../merge/lines.ts';
import type { FileConflict } from '../../merge/trees.ts';
import type { Tree, TreeFile } from '../../tree/tree.ts';
import { type Cause, causeFinder, type Renders } from './conflict-causes.ts';

/** The changes of both sides at one position, in words. */
export interface ConflictPlace {
  /** 1-based line in the merged file; absent if the conflict concerns the whole file. */
  readonly line?: number;
  readonly yours: string;
  readonly theirs: string;
}

export interface ExplainedConflict extends FileConflict {
  readonly places: readonly ConflictPlace[];
}

/** Describes each conflict: the user's change, and the edit of the manifest or version of the pack that conflicts. */
export function explainConflicts(
  conflicts: readonly FileConflict[],
  mine: Tree,
  renders: Renders,
  to: string,
): ExplainedConflict[] {
  if (conflicts.length === 0) return [];
  const causesAt = causeFinder(renders);
  return conflicts.map((conflict) => {
    const { path, kind, regions = [] } = conflict;
    const theirs = (causes: readonly Cause[]) => sentenceOf(causes, `${to} generates it differently`);
    if (kind === 'unresolved') {
      const places = conflict.lines.map((line) => ({
        line,
        yours: 'the file still contains conflict markers',
        theirs: '',
      }));
      return { ...conflict, places };
    }
    if (regions.length === 0) {
      const causes = causesAt(path);
      const reason =
        kind === 'edit/delete' ? sentenceOf(causes, `${to} no longer generates this file`) : theirs(causes);
      return {
        ...conflict,
        places: [{ yours: yoursOf(kind, renders.base.get(path), mine.get(path)), theirs: reason }],
      };
    }
    const places = regions.map((region) => {
      const causes = causesAt(path, region.at, region.base.length);
      return {
        line: region.line,
        yours: editOf(region),
        theirs: theirs(causes),
        isRemoval: causes.some((one) => one.isRemoval),
      };
    });
    const reason = places.some(({ isRemoval }) => isRemoval)
      ? 'you edited code that the update removes'
      : conflict.reason;
    return { ...conflict, reason, places: places.map(({ isRemoval: _, ...place }) => place) };
  });
}

function sentenceOf(causes: readonly Cause[], otherwise: string): string {
  const sentences = causes.slice(0, 3).map(({ sentence }) => sentence);
  if (causes.length > 3) sentences.push(`${causes.length - 3} more changes`);
  return sentences.length === 0 ? otherwise : sentences.join('; ');
}

function yoursOf(kind: FileConflict['kind'], base: TreeFile | undefined, mine: TreeFile | undefined): string {
  if (kind === 'add/add') return 'you have a file with this name';
  if (typeof base?.content !== 'string' || typeof mine?.content !== 'string') return 'you changed the file';
  return editOf({ base: base.content.split(/\r?\n/), mine: mine.content.split(/\r?\n/) });
}

/** "you changed 2 lines and added 1: `return 11;`" */
function editOf({ base, mine }: Pick<LineConflict, 'base' | 'mine'>): string {
  const hunks = hunksOf(base, mine);
  if (hunks === undefined) return 'you changed large parts of it';
  const sum = (size: (hunk: Hunk) => number) => hunks.reduce((total, hunk) => total + size(hunk), 0);
  const changed = sum(({ size, toSize }) => Math.min(size, toSize));
  const added = sum(({ size, toSize }) => Math.max(0, toSize - size));
  const removed = sum(({ size, toSize }) => Math.max(0, size - toSize));
  const counts = Object.entries({ changed, added, removed }).filter(([, count]) => count > 0);
  if (counts.length === 0) return 'you moved the file';
  const [verb, count] = counts[0] as [string, number];
  const rest = counts.slice(1).map(([other, more]) => ` and ${other} ${more}`);
  const shown = hunks.flatMap(({ toAt, toSize }) => mine.slice(toAt, toAt + toSize)).find((line) => line.trim() !== '');
  const sample = shown === undefined ? '' : `: ${shortened(shown.trim())}`;
  return `you ${verb} ${count} ${count === 1 ? 'line' : 'lines'}${rest.join('')}${sample}`;
}

function shortened(line: string): string {
  return line.length > 60 ? `${line.slice(0, 59)}…` : line;
}
