import { diffIndices } from 'node-diff3';

export interface Hunk {
  /** 1-based first line and number of lines, before and after, as in a unified diff. */
  readonly before: readonly [start: number, count: number];
  readonly after: readonly [start: number, count: number];
  /** Each behind ' ', '-' or '+'. */
  readonly lines: readonly string[];
}

/** The difference of two texts, with `context` unchanged lines around each change. */
export function diffLines(before: string, after: string, context = 3): Hunk[] {
  const a = toLines(before);
  const b = toLines(after);
  const changes = diffIndices(a, b).map(({ buffer1, buffer2 }) => ({
    from: buffer1[0],
    removed: buffer1[1],
    to: buffer2[0],
    added: buffer2[1],
  }));
  const groups: (typeof changes)[] = [];
  for (const change of changes) {
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

function hunkOf(group: readonly LineChange[], a: readonly string[], b: readonly string[], context: number): Hunk {
  const first = group[0] as LineChange;
  const last = group.at(-1) as LineChange;
  const start = Math.max(0, first.from - context);
  const end = Math.min(a.length, last.from + last.removed + context);
  const lines: string[] = [];
  let at = start;
  for (const change of group) {
    lines.push(...a.slice(at, change.from).map((line) => ` ${line}`));
    lines.push(...a.slice(change.from, change.from + change.removed).map((line) => `-${line}`));
    lines.push(...b.slice(change.to, change.to + change.added).map((line) => `+${line}`));
    at = change.from + change.removed;
  }
  lines.push(...a.slice(at, end).map((line) => ` ${line}`));
  const afterStart = Math.max(0, first.to - (first.from - start));
  const count = (mark: string) => lines.filter((line) => line.startsWith(' ') || line.startsWith(mark)).length;
  return {
    before: [a.length === 0 ? 0 : start + 1, count('-')],
    after: [b.length === 0 ? 0 : afterStart + 1, count('+')],
    lines,
  };
}

function toLines(text: string): string[] {
  if (text === '') return [];
  return (text.endsWith('\n') ? text.slice(0, -1) : text).split('\n');
}
