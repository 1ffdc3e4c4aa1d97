import fc from 'fast-check';
import { expect, it } from 'vitest';
import { findCycles } from '../../../../src/core/report/graph/cycles.ts';

const arrow = ([from, to]: readonly [number, number]) => ({ from, to });

it('groups nodes that reach each other', () => {
  const arrows = (
    [
      [0, 1],
      [1, 2],
      [2, 0],
      [2, 3],
      [4, 4],
      [5, 6],
    ] as const
  ).map(arrow);
  expect(findCycles(7, arrows)).toEqual([[0, 1, 2], [4]]);
});

it('finds the nodes that reach themselves, in any graph', () => {
  const node = fc.nat(6);
  fc.assert(
    fc.property(fc.array(fc.tuple(node, node), { maxLength: 14 }), (pairs) => {
      const reaches = (from: number, to: number): boolean => {
        const seen = new Set<number>();
        const next = [from];
        for (const at of next)
          for (const [a, b] of pairs) {
            if (a !== at || seen.has(b)) continue;
            seen.add(b);
            next.push(b);
          }
        return seen.has(to);
      };
      const groups = findCycles(7, pairs.map(arrow));
      const all = [0, 1, 2, 3, 4, 5, 6].filter((one) => reaches(one, one));
      expect(groups.flat().sort()).toEqual(all);
      for (const group of groups) for (const a of group) for (const b of group) expect(reaches(a, b)).toBe(true);
    }),
  );
});

it('does not overflow the stack', () => {
  const arrows = Array.from({ length: 50_000 }, (_, from) => ({ from, to: (from + 1) % 50_000 }));
  expect(findCycles(50_000, arrows)).toHaveLength(1);
});
