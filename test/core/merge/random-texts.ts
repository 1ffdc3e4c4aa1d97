import { firstSeed } from '../../draws.ts';

/** Three texts of one file: a random one, and two edited versions. */
export interface Triple {
  readonly base: string;
  readonly mine: string;
  readonly theirs: string;
}

/** Random texts like source files: unique lines and repeated lines. The same seed gives the same texts. */
export function randomTriple(seed: number): Triple {
  const random = randomFrom(seed);
  const base = Array.from({ length: below(random, 80) }, (_, at) => lineOf(random, at));
  return { base: textOf(base), mine: textOf(edit(base, random)), theirs: textOf(edit(base, random)) };
}

export function randomTriples(count: number, first = firstSeed): Triple[] {
  return Array.from({ length: count }, (_, index) => randomTriple(first + index));
}

type Random = () => number;

function lineOf(random: Random, at: number): string {
  if (random() < 0.2) return ['', '}', '  });', 'return;'][below(random, 4)] as string;
  return `line ${random() < 0.1 ? below(random, 5) : `${at}.${below(random, 1000)}`}`;
}

function edit(base: readonly string[], random: Random): string[] {
  const lines = [...base];
  const wanted = below(random, 4);
  for (let done = 0; done < wanted; done += 1) {
    const at = below(random, lines.length + 1);
    const removed = random() < 0.6 ? below(random, 4) : 0;
    const added = random() < 0.7 ? Array.from({ length: below(random, 4) }, () => lineOf(random, 100)) : [];
    lines.splice(at, removed, ...added);
  }
  return lines;
}

function textOf(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join('');
}

function below(random: Random, limit: number): number {
  return Math.floor(random() * limit);
}

/** mulberry32 */
function randomFrom(seed: number): Random {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
