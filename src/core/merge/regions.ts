import { type Hunk, hunksOf } from './hunks.ts';

type Lines = readonly string[];

/** A part of a merge: lines that are equal or that only one side changed, or a conflict. */
export type Part = { readonly kind: 'agreed'; readonly lines: readonly string[] } | ConflictPart;

export interface ConflictPart {
  readonly kind: 'conflict';
  readonly mine: readonly string[];
  readonly base: readonly string[];
  readonly theirs: readonly string[];
  /** 0-based first line of the conflict in the base, if known. */
  readonly at?: number;
}

/** Merges the changes of both sides; `undefined` if that would take minutes. Overlapping or adjacent hunks conflict. */
export function mergeRegions(base: Lines, mine: Lines, theirs: Lines): Part[] | undefined {
  const [ours, others] = [hunksOf(base, mine), hunksOf(base, theirs)];
  if (ours === undefined || others === undefined) return undefined;
  const waiting = { mine: ours, theirs: others };
  const parts: Part[] = [];
  let at = 0;
  while (waiting.mine.length > 0 || waiting.theirs.length > 0) {
    const group = nextGroup(waiting);
    const start = Math.min(...group.mine.map((hunk) => hunk.at), ...group.theirs.map((hunk) => hunk.at));
    const end = Math.max(...[...group.mine, ...group.theirs].map((hunk) => hunk.at + hunk.size));
    parts.push(agreed(base.slice(at, start)));
    const [left, right] = [linesBetween(mine, group.mine, start, end), linesBetween(theirs, group.theirs, start, end)];
    if (left === undefined || right === undefined) parts.push(agreed(left ?? right ?? []));
    else parts.push(conflict(base.slice(start, end), left, right, start));
    at = end;
  }
  return [...parts, agreed(base.slice(at))];
}

interface Hunks {
  readonly mine: Hunk[];
  readonly theirs: Hunk[];
}

/** Removes and returns the first hunk and all that overlap or touch it or each other. */
function nextGroup(waiting: Hunks): Hunks {
  const group: Hunks = { mine: [], theirs: [] };
  let end = Number.POSITIVE_INFINITY;
  for (;;) {
    const [left, right] = [waiting.mine[0], waiting.theirs[0]];
    const side = right === undefined || (left !== undefined && left.at <= right.at) ? 'mine' : 'theirs';
    const hunk = waiting[side][0];
    if (hunk === undefined || hunk.at > end) return group;
    waiting[side].shift();
    group[side].push(hunk);
    end = Math.max(end === Number.POSITIVE_INFINITY ? 0 : end, hunk.at + hunk.size);
  }
}

/** One side's lines for lines `start` to `end` of the base; `undefined` if it did not change them. */
function linesBetween(side: Lines, hunks: readonly Hunk[], start: number, end: number): Lines | undefined {
  const [first, last] = [hunks[0], hunks.at(-1)];
  if (first === undefined || last === undefined) return undefined;
  return side.slice(first.toAt - (first.at - start), last.toAt + last.toSize + (end - last.at - last.size));
}

export function agreed(lines: Lines): Part {
  return { kind: 'agreed', lines };
}

export function conflict(base: Lines, mine: Lines, theirs: Lines, at?: number): ConflictPart {
  return at === undefined ? { kind: 'conflict', mine, base, theirs } : { kind: 'conflict', mine, base, theirs, at };
}
