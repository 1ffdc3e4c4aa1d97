import { diffIndices } from 'node-diff3';

type Lines = readonly string[];

/** Lines `at` to `at + size` of one text were replaced by lines `toAt` to `toAt + toSize` of another. */
export interface Hunk {
  readonly at: number;
  readonly size: number;
  readonly toAt: number;
  readonly toSize: number;
}

/** With more pairs of equal lines or more lines than this, finding the best match takes minutes. */
const maxPairs = 200_000;
const maxLines = 20_000;

/** The changes from one text to another, in order and never adjacent; `undefined` if that would take minutes. */
export function hunksOf(from: Lines, to: Lines): Hunk[] | undefined {
  const whole = changedMiddle(from, to);
  const before = from.slice(whole.at, whole.at + whole.size);
  const after = to.slice(whole.toAt, whole.toAt + whole.toSize);
  if (!isCheap(before, after)) return undefined;
  const hunks = diffIndices(before, after).map(({ buffer1, buffer2 }) => ({
    at: whole.at + buffer1[0],
    size: buffer1[1],
    toAt: whole.toAt + buffer2[0],
    toSize: buffer2[1],
  }));
  const slid: Hunk[] = [];
  // From the end, because a hunk can slide down to the next one, which must be in its final position.
  for (const hunk of hunks.reverse()) {
    const next = slid.at(-1);
    const moved = slideDown(hunk, from, to, next?.at ?? from.length);
    if (next !== undefined && moved.at + moved.size === next.at) slid[slid.length - 1] = joined(moved, next);
    else slid.push(moved);
  }
  return slid.reverse();
}

/** Everything between the common beginning and the common end of both texts, as one hunk. */
export function changedMiddle(from: Lines, to: Lines): Hunk {
  const shorter = Math.min(from.length, to.length);
  let head = 0;
  while (head < shorter && from[head] === to[head]) head += 1;
  let tail = 0;
  while (tail < shorter - head && from.at(-1 - tail) === to.at(-1 - tail)) tail += 1;
  return { at: head, size: from.length - tail - head, toAt: head, toSize: to.length - tail - head };
}

function isCheap(from: Lines, to: Lines): boolean {
  if (Math.max(from.length, to.length) > maxLines) return false;
  const counts = new Map<string, number>();
  for (const line of from) counts.set(line, (counts.get(line) ?? 0) + 1);
  return to.reduce((sum, line) => sum + (counts.get(line) ?? 0), 0) <= maxPairs;
}

/**
 * An inserted block among similar ones (such as a function among functions with the same last lines) has several
 * possible positions. Like git, chooses the lowest, so that the hunk is a whole block and not parts of two.
 */
function slideDown(hunk: Hunk, from: Lines, to: Lines, limit: number): Hunk {
  if (hunk.size > 0 && hunk.toSize > 0) return hunk;
  const [lines, start, size] = hunk.size > 0 ? [from, hunk.at, hunk.size] : [to, hunk.toAt, hunk.toSize];
  const room = limit - hunk.at - hunk.size;
  let steps = 0;
  while (steps < room && lines[start + steps] === lines[start + size + steps]) steps += 1;
  return { ...hunk, at: hunk.at + steps, toAt: hunk.toAt + steps };
}

function joined(first: Hunk, second: Hunk): Hunk {
  return { ...first, size: first.size + second.size, toSize: second.toAt + second.toSize - first.toAt };
}
