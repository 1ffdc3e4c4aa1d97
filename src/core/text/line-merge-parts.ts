import { hunksOf } from './line-hunks.ts';
import { agreed, conflict, mergeRegions, type Part } from './line-merge-regions.ts';

/** Another engine for texts that would take this one minutes; `undefined` where it cannot be had. */
export type MergeParts = (base: Lines, mine: Lines, theirs: Lines) => readonly Part[] | undefined;
type Lines = readonly string[];

/** Lines → parts. */
export function mergeParts(base: Lines, mine: Lines, theirs: Lines, other?: MergeParts): Part[] {
  return (mergeRegions(base, mine, theirs) ?? mergeMiddle(base, mine, theirs, other)).flatMap(narrow);
}

/** What all three start and end with is set aside, and the rest left to another engine. */
function mergeMiddle(base: Lines, mine: Lines, theirs: Lines, other?: MergeParts): Part[] {
  const shorter = Math.min(base.length, mine.length, theirs.length);
  let head = 0;
  while (head < shorter && base[head] === mine[head] && base[head] === theirs[head]) head += 1;
  let tail = 0;
  const same = (end: number) => base.at(end) === mine.at(end) && base.at(end) === theirs.at(end);
  while (tail < shorter - head && same(-1 - tail)) tail += 1;
  const middle = (lines: Lines) => lines.slice(head, lines.length - tail);
  const [o, a, b] = [middle(base), middle(mine), middle(theirs)];
  const parts = other?.(o, a, b) ?? [conflict(o, a, b)];
  return [agreed(mine.slice(0, head)), ...parts, agreed(mine.slice(mine.length - tail))];
}

/** For each line of `to` the place in `from` that it comes from, or -1. */
export function originsOf(from: Lines, to: Lines): number[] {
  const origins = to.map(() => -1);
  const hunks = hunksOf(from, to);
  if (hunks === undefined) return origins;
  let [source, target] = [0, 0];
  const pairUpTo = (end: number) => {
    for (; target < end; target += 1, source += 1) origins[target] = source;
  };
  for (const { at, size, ofAt, ofSize } of hunks) {
    pairUpTo(ofAt);
    source = at + size;
    target = ofAt + ofSize;
  }
  pairUpTo(to.length);
  return origins;
}

/** What both sides wrote alike at the edges of a conflict is none; all alike, there is no conflict. */
function narrow(part: Part): Part[] {
  if (part.kind === 'agreed') return [part];
  const { mine, theirs } = part;
  const shorter = Math.min(mine.length, theirs.length);
  let head = 0;
  while (head < shorter && mine[head] === theirs[head]) head += 1;
  if (head === mine.length && head === theirs.length) return [agreed(mine)];
  let tail = 0;
  while (tail < shorter - head && mine.at(-1 - tail) === theirs.at(-1 - tail)) tail += 1;
  return [
    agreed(mine.slice(0, head)),
    conflict(part.base, mine.slice(head, mine.length - tail), theirs.slice(head, theirs.length - tail), part.at),
    agreed(mine.slice(mine.length - tail)),
  ];
}
