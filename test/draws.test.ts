import fc from 'fast-check';
import { expect, it } from 'vitest';
import { assertProperty, eachSeed, firstSeed } from './draws.ts';

it('a failed draw reports its seed and how to repeat it', async () => {
  const seen: number[] = [];
  const run = eachSeed(5, (seed) => {
    seen.push(seed);
    expect(seed).toBeLessThan(firstSeed + 2);
  });
  await expect(run).rejects.toThrow(`Seed ${firstSeed + 2} failed. To repeat it: DRAW_SEED=${firstSeed + 2} DRAWS=`);
  expect(seen).toEqual([firstSeed, firstSeed + 1, firstSeed + 2]);
});

it('a failed property reports its seed and how to repeat it', async () => {
  const isSmall = fc.property(fc.nat(), (number) => number < 10);
  const isSmallLater = fc.asyncProperty(fc.nat(), async (number) => number < 10);
  for (const property of [isSmall, isSmallLater])
    await expect(assertProperty(50, property)).rejects.toThrow(`Seed ${firstSeed} failed. To repeat it: DRAW_SEED=`);
});
