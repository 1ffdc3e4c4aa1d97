import type { Pattern } from './pattern.ts';

type Characters = Extract<Pattern, { kind: 'characters' }>;

/**
 * Whether JavaScript may need exponential time for a text that does not match: a loop matches the same characters in
 * several ways, as in `(a+)+`. Rust needs linear time for every pattern. A repetition with a variable count is a loop
 * here, which is on the safe side.
 */
export function isAmbiguous(pattern: Pattern): boolean {
  const automaton = new Automaton();
  automaton.add(pattern);
  return automaton.hasAmbiguousLoop();
}

interface Part {
  readonly isOptional: boolean;
  /** The positions that can be first and last in a match. */
  readonly first: readonly number[];
  readonly last: readonly number[];
}

const nothing: Part = { isOptional: true, first: [], last: [] };

/** The automaton of Glushkov: a state for each character of the pattern, and the states that can follow it. */
class Automaton {
  readonly #characters: Characters[] = [];
  readonly #followers: Set<number>[] = [];
  /** Followers that are reached in two ways. */
  readonly #doubled: [from: number, to: number][] = [];

  add(pattern: Pattern): Part {
    switch (pattern.kind) {
      case 'characters': {
        const position = this.#characters.push(pattern) - 1;
        this.#followers.push(new Set());
        return { isOptional: false, first: [position], last: [position] };
      }
      case 'sequence':
        return pattern.parts
          .map((part) => this.add(part))
          .reduce((before, after) => this.#connect(before, after), nothing);
      case 'choice': {
        const parts = pattern.options.map((option) => this.add(option));
        return {
          isOptional: parts.some((part) => part.isOptional),
          first: parts.flatMap((part) => part.first),
          last: parts.flatMap((part) => part.last),
        };
      }
      case 'repeat':
        return this.#repeat(pattern);
      default:
        return nothing;
    }
  }

  #repeat({ part, least, most }: Extract<Pattern, { kind: 'repeat' }>): Part {
    if (most === 0) return nothing;
    const once = this.add(part);
    if (least === most) return least === 1 ? once : this.#connect(once, this.add(part));
    if (most > 1) this.#link(once.last, once.first);
    return { ...once, isOptional: once.isOptional || least === 0 };
  }

  #connect(before: Part, after: Part): Part {
    this.#link(before.last, after.first);
    return {
      isOptional: before.isOptional && after.isOptional,
      first: before.isOptional ? [...before.first, ...after.first] : before.first,
      last: after.isOptional ? [...before.last, ...after.last] : after.last,
    };
  }

  #link(last: readonly number[], first: readonly number[]): void {
    for (const from of last)
      for (const to of first) {
        if (this.#follow(from).has(to)) this.#doubled.push([from, to]);
        this.#follow(from).add(to);
      }
  }

  #follow(position: number): Set<number> {
    return this.#followers[position] as Set<number>;
  }

  hasAmbiguousLoop(): boolean {
    const followers = this.#followers.map((set) => [...set]);
    const isInLoop = components(followers.keys(), (position) => followers[position] ?? []);
    if (this.#doubled.some(([from, to]) => isInLoop.get(from) === isInLoop.get(to))) return true;
    // Two ways that part, read the same characters, and meet again in the loop.
    const size = this.#characters.length;
    const next = (pair: number): number[] => {
      const others = followers[pair % size] ?? [];
      return (followers[Math.floor(pair / size)] ?? []).flatMap((a) =>
        others.flatMap((b) => (this.#overlap(a, b) ? [a * size + b] : [])),
      );
    };
    const same = this.#characters.map((_, position) => position * size + position);
    const found = components(same, next);
    const loops = new Set(same.map((pair) => found.get(pair)));
    return [...found].some(([pair, loop]) => Math.floor(pair / size) !== pair % size && loops.has(loop));
  }

  #overlap(a: number, b: number): boolean {
    return a === b || overlap(this.#characters[a] as Characters, this.#characters[b] as Characters);
  }
}

/** The strongly connected component of each node that the first ones reach (Tarjan, without recursion). */
function components(first: Iterable<number>, next: (node: number) => readonly number[]): Map<number, number> {
  const order = new Map<number, number>();
  const lowest = new Map<number, number>();
  const found = new Map<number, number>();
  const open: number[] = [];
  for (const root of first) {
    const path: { node: number; left: number[] }[] = [];
    const enter = (node: number): void => {
      order.set(node, order.size);
      lowest.set(node, order.size - 1);
      open.push(node);
      path.push({ node, left: [...next(node)] });
    };
    if (!order.has(root)) enter(root);
    for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
      const { node, left } = top;
      const low = (): number => lowest.get(node) ?? 0;
      const to = left.pop();
      if (to !== undefined) {
        if (!order.has(to)) enter(to);
        else if (!found.has(to)) lowest.set(node, Math.min(low(), order.get(to) ?? 0));
        continue;
      }
      path.pop();
      const above = path.at(-1);
      if (above !== undefined) lowest.set(above.node, Math.min(lowest.get(above.node) ?? 0, low()));
      if (low() === order.get(node))
        for (let one = open.pop(); one !== undefined; one = one === node ? undefined : open.pop()) found.set(one, node);
    }
  }
  return found;
}

function overlap(a: Characters, b: Characters): boolean {
  const others = rangesOf(b);
  return rangesOf(a).some(([from, to]) => others.some(([least, most]) => from <= most && least <= to));
}

function rangesOf({ ranges, isNegated }: Characters): Characters['ranges'] {
  if (!isNegated) return ranges;
  const gaps: [number, number][] = [];
  let from = 0;
  for (const [least, most] of ranges.toSorted(([a], [b]) => a - b)) {
    if (from < least) gaps.push([from, least - 1]);
    from = Math.max(from, most + 1);
  }
  return from <= 0x10ffff ? [...gaps, [from, 0x10ffff]] : gaps;
}
