import { commonEnding, isUniform, joinLines, splitLines, type TextLines } from './line-endings.ts';
import { type MergeLabels, markConflict } from './line-merge-markers.ts';
import { type MergeParts, mergeParts, originsOf } from './line-merge-parts.ts';
import type { Part } from './line-merge-regions.ts';

export interface MergeLinesOptions {
  readonly labels: MergeLabels;
  /** What is written where both sides changed the same lines: both between markers, or one of them. */
  readonly conflicts?: 'markers' | 'mine' | 'theirs';
  /** Takes over where this engine would need minutes. */
  readonly otherEngine?: MergeParts | undefined;
}

export interface LineMerge {
  readonly kind: 'clean' | 'conflict';
  readonly text: string;
  readonly conflicts: readonly LineConflict[];
}

export interface LineConflict {
  /** 1-based line of the merged text where the conflict begins. */
  readonly line: number;
  readonly mine: readonly string[];
  readonly base: readonly string[];
  readonly theirs: readonly string[];
  /** 0-based line of the base where it begins, where that is known. */
  readonly at?: number | undefined;
}

/**
 * Brings what changed from `base` to `theirs` into `mine`. Line endings are no part of a line here: those of `mine`
 * stay, new lines get what most of it has. Byte order mark and final line feed are merged as values of their own.
 */
export function mergeLines(base: string, mine: string, theirs: string, options: MergeLinesOptions): LineMerge {
  if (mine === theirs || base === theirs) return { kind: 'clean', text: mine, conflicts: [] };
  if (mine === base) return { kind: 'clean', text: theirs, conflicts: [] };
  const [o, a, b] = [splitLines(base), splitLines(mine), splitLines(theirs)];
  const parts = mergeParts(o.lines, a.lines, b.lines, options.otherEngine);
  const { lines, conflicts } = write(parts, options);
  const endsMarked = parts.findLast((part) => sizeOf(part) > 0)?.kind === 'conflict' && isMarking(options);
  const text = joinLines({
    lines,
    endings: endingsFor(lines, a, b),
    hasMark: o.hasMark === a.hasMark ? b.hasMark : a.hasMark,
    isClosed: endsMarked || (o.isClosed === a.isClosed ? b.isClosed : a.isClosed),
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
