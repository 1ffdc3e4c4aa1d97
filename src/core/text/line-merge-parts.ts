import { diff3MergeRegions, diffIndices } from 'node-diff3';

/** What all agree on or only one side changed, in order, and in between where both did. */
export type Part = { readonly kind: 'agreed'; readonly lines: readonly string[] } | Disagreement;

export interface Disagreement {
  readonly kind: 'conflict';
  readonly mine: readonly string[];
  readonly base: readonly string[];
  readonly theirs: readonly string[];
}

/** Another engine for texts that would take this one minutes; `undefined` where it cannot be had. */
export type MergeParts = (base: Lines, mine: Lines, theirs: Lines) => readonly Part[] | undefined;
type Lines = readonly string[];

/** More pairs of equal lines than this, or more lines, and looking for the best pairing takes minutes. */
const maxPairs = 200_000;
const maxLines = 20_000;

/** Lines → parts. What all three start and end with is set aside first: most files change in few places. */
export function mergeParts(base: Lines, mine: Lines, theirs: Lines, other?: MergeParts): Part[] {
  const shorter = Math.min(base.length, mine.length, theirs.length);
  let head = 0;
  while (head < shorter && base[head] === mine[head] && base[head] === theirs[head]) head += 1;
  let tail = 0;
  while (
    tail < shorter - head &&
    base.at(-1 - tail) === mine.at(-1 - tail) &&
    base.at(-1 - tail) === theirs.at(-1 - tail)
  )
    tail += 1;
  const [o, a, b] = [base, mine, theirs].map((lines) => lines.slice(head, lines.length - tail)) as [
    string[],
    string[],
    string[],
  ];
  const middle = isCheap(o, a, b) ? fromRegions(o, a, b) : (other?.(o, a, b) ?? [conflict(o, a, b)]);
  return [agreed(mine.slice(0, head)), ...middle.flatMap(narrow), agreed(mine.slice(mine.length - tail))];
}

/** For each line of `to` the place in `from` that it comes from, or -1. */
export function originsOf(from: Lines, to: Lines): number[] {
  const origins = to.map(() => -1);
  if (from.length + to.length > 2 * maxLines || pairsOf(countsOf(from), to) > maxPairs) return origins;
  let [source, target] = [0, 0];
  const pairUpTo = (end: number) => {
    for (; target < end; target += 1, source += 1) origins[target] = source;
  };
  for (const { buffer1, buffer2 } of diffIndices([...from], [...to])) {
    pairUpTo(buffer2[0]);
    source = buffer1[0] + buffer1[1];
    target = buffer2[0] + buffer2[1];
  }
  pairUpTo(to.length);
  return origins;
}

export function agreed(lines: Lines): Part {
  return { kind: 'agreed', lines };
}

export function conflict(base: Lines, mine: Lines, theirs: Lines): Disagreement {
  return { kind: 'conflict', mine, base, theirs };
}

function fromRegions(o: string[], a: string[], b: string[]): Part[] {
  return diff3MergeRegions(a, o, b).map((region) =>
    region.stable ? agreed(region.bufferContent) : conflict(region.oContent, region.aContent, region.bContent),
  );
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
    conflict(part.base, mine.slice(head, mine.length - tail), theirs.slice(head, theirs.length - tail)),
    agreed(mine.slice(mine.length - tail)),
  ];
}

function isCheap(o: Lines, a: Lines, b: Lines): boolean {
  if (Math.max(o.length, a.length, b.length) > maxLines) return false;
  const counts = countsOf(o);
  return pairsOf(counts, a) + pairsOf(counts, b) <= maxPairs;
}

function countsOf(lines: Lines): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const line of lines) counts.set(line, (counts.get(line) ?? 0) + 1);
  return counts;
}

function pairsOf(counts: ReadonlyMap<string, number>, lines: Lines): number {
  return lines.reduce((sum, line) => sum + (counts.get(line) ?? 0), 0);
}
