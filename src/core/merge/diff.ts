import { changedMiddle, hunksOf } from './hunks.ts';

export interface Hunk {
  /** 1-based first line and number of lines, before and after, as in a unified diff. */
  readonly before: readonly [start: number, count: number];
  readonly after: readonly [start: number, count: number];
  /** Prefixed with ' ', '-' or '+'. After a last line without a line feed comes git's note about it. */
  readonly lines: readonly string[];
}

/** The difference of two texts, with `context` unchanged lines around each change. */
export function diffLines(before: string, after: string, context = 3): Hunk[] {
  const a = toLines(before);
  const b = toLines(after);
  const groups: LineChange[][] = [];
  for (const change of changesOf(a, b)) {
    const last = groups.at(-1)?.at(-1);
    if (last && change.from - (last.from + last.removed) <= 2 * context) groups.at(-1)?.push(change);
    else groups.push([change]);
  }
  return groups.map((group) => hunkOf(group, a, b, context));
}

interface LineChange {
  readonly from: number;
  readonly removed: number;
  readonly to: number;
  readonly added: number;
}

function changesOf(a: readonly string[], b: readonly string[]): LineChange[] {
  const hunks = hunksOf(a, b) ?? [changedMiddle(a, b)];
  return hunks.map(({ at, size, toAt, toSize }) => ({ from: at, removed: size, to: toAt, added: toSize }));
}

function hunkOf(group: readonly LineChange[], a: readonly string[], b: readonly string[], context: number): Hunk {
  const first = group[0] as LineChange;
  const last = group.at(-1) as LineChange;
  const start = Math.max(0, first.from - context);
  const end = Math.min(a.length, last.from + last.removed + context);
  const lines: string[] = [];
  const add = (prefix: string, some: readonly string[]) => lines.push(...some.map((line) => `${prefix}${line}`));
  let at = start;
  for (const change of group) {
    add(' ', a.slice(at, change.from));
    add('-', a.slice(change.from, change.from + change.removed));
    add('+', b.slice(change.to, change.to + change.added));
    at = change.from + change.removed;
  }
  add(' ', a.slice(at, end));
  const rangeOf = (startAt: number, prefix: string): readonly [number, number] => {
    const count = lines.filter((line) => line.startsWith(' ') || line.startsWith(prefix)).length;
    return [count === 0 ? startAt : startAt + 1, count];
  };
  return {
    before: rangeOf(start, '-'),
    after: rangeOf(first.to - (first.from - start), '+'),
    lines: lines.flatMap((line) =>
      line.endsWith('\n') ? [line.slice(0, -1)] : [line, '\\ No newline at end of file'],
    ),
  };
}

/** Keeps line feeds, so that a missing final line feed is a difference. */
function toLines(text: string): string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
}
