import { commonEnding, isUniform, joinLines, splitLines, type TextLines } from '../text/line-endings.ts';
import { hunksOf } from './hunks.ts';
import { type MergeLabels, markConflict } from './markers.ts';
import { agreed, conflict, mergeRegions, type Part } from './regions.ts';

export interface MergeLinesOptions {
  readonly labels: MergeLabels;
  /** What to write if both sides changed the same lines: both between markers, or one side. */
  readonly conflicts?: 'markers' | 'mine' | 'theirs';
  /** Used for texts for which this merge would take minutes. */
  readonly fallback?: MergeParts | undefined;
}

export interface LineMerge {
  readonly kind: 'clean' | 'conflict';
  readonly text: string;
  readonly conflicts: readonly LineConflict[];
}

export interface LineConflict {
  /** 1-based first line of the conflict in the merged text. */
  readonly line: number;
  readonly mine: readonly string[];
  readonly base: readonly string[];
  readonly theirs: readonly string[];
  /** 0-based first line of the conflict in the base, if known. */
  readonly at?: number | undefined;
}

/**
 * Merges the changes from `base` to `theirs` into `mine`. Line endings are not compared: lines of `mine` keep theirs,
 * new lines get the most common one. The byte order mark and the final line feed are merged separately.
 */
export function mergeLines(base: string, mine: string, theirs: string, options: MergeLinesOptions): LineMerge {
  if (mine === theirs || base === theirs) return { kind: 'clean', text: mine, conflicts: [] };
  if (mine === base) return { kind: 'clean', text: theirs, conflicts: [] };
  const [o, a, b] = [splitLines(base), splitLines(mine), splitLines(theirs)];
  const parts = mergeParts(o.lines, a.lines, b.lines, options.fallback);
  const { lines, conflicts } = write(parts, options);
  const endsMarked = parts.findLast((part) => sizeOf(part) > 0)?.kind === 'conflict' && isMarking(options);
  const text = joinLines({
    lines,
    endings: endingsFor(lines, a, b),
    hasBom: o.hasBom === a.hasBom ? b.hasBom : a.hasBom,
    endsWithNewline: endsMarked || (o.endsWithNewline === a.endsWithNewline ? b.endsWithNewline : a.endsWithNewline),
  });
  return { kind: conflicts.length === 0 ? 'clean' : 'conflict', text, conflicts };
}

function write(parts: readonly Part[], options: MergeLinesOptions): { lines: string[]; conflicts: LineConflict[] } {
  const lines: string[] = [];
  const conflicts: LineConflict[] = [];
  for (const part of parts) {
    if (part.kind === 'conflict') {
      const { kind: _, ...sides } = part;
      conflicts.push({ line: lines.length + 1, ...sides });
    }
    for (const line of textOf(part, options)) lines.push(line);
  }
  return { lines, conflicts };
}

function textOf(part: Part, { labels, conflicts }: MergeLinesOptions): readonly string[] {
  if (part.kind === 'agreed') return part.lines;
  return conflicts === 'mine' || conflicts === 'theirs' ? part[conflicts] : markConflict(part, labels);
}

function isMarking(options: MergeLinesOptions): boolean {
  return options.conflicts === undefined || options.conflicts === 'markers';
}

function sizeOf(part: Part): number {
  return part.kind === 'conflict' ? 1 : part.lines.length;
}

function endingsFor(lines: readonly string[], mine: TextLines, theirs: TextLines): TextLines['endings'] {
  const usual = commonEnding((mine.endings.length > 0 ? mine : theirs).endings);
  if (isUniform(mine.endings)) return lines.map(() => usual);
  return originsOf(mine.lines, lines).map((origin) => mine.endings[origin] ?? usual);
}

/** Merges lines with another tool; `undefined` if that is unavailable. */
export type MergeParts = (base: Lines, mine: Lines, theirs: Lines) => readonly Part[] | undefined;
type Lines = readonly string[];

function mergeParts(base: Lines, mine: Lines, theirs: Lines, fallback?: MergeParts): Part[] {
  return (mergeRegions(base, mine, theirs) ?? mergeMiddle(base, mine, theirs, fallback)).flatMap(narrow);
}

/** Uses the fallback for everything between the common beginning and the common end. */
function mergeMiddle(base: Lines, mine: Lines, theirs: Lines, fallback?: MergeParts): Part[] {
  const shorter = Math.min(base.length, mine.length, theirs.length);
  let head = 0;
  while (head < shorter && base[head] === mine[head] && base[head] === theirs[head]) head += 1;
  let tail = 0;
  const same = (end: number) => base.at(end) === mine.at(end) && base.at(end) === theirs.at(end);
  while (tail < shorter - head && same(-1 - tail)) tail += 1;
  const middle = (lines: Lines) => lines.slice(head, lines.length - tail);
  const [o, a, b] = [middle(base), middle(mine), middle(theirs)];
  const parts = fallback?.(o, a, b) ?? [conflict(o, a, b)];
  return [agreed(mine.slice(0, head)), ...parts, agreed(mine.slice(mine.length - tail))];
}

/** For each line of `to` its index in `from`, or -1. */
function originsOf(from: Lines, to: Lines): number[] {
  const origins = to.map(() => -1);
  const hunks = hunksOf(from, to);
  if (hunks === undefined) return origins;
  let [source, target] = [0, 0];
  const pairUpTo = (end: number) => {
    for (; target < end; target += 1, source += 1) origins[target] = source;
  };
  for (const { at, size, toAt, toSize } of hunks) {
    pairUpTo(toAt);
    source = at + size;
    target = toAt + toSize;
  }
  pairUpTo(to.length);
  return origins;
}

/** Removes lines that both sides have in common from the beginning and the end of a conflict. */
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
