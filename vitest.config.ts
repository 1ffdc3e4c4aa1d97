import { defineConfig } from 'vitest/config';

const shared = { testTimeout: 60_000, hookTimeout: 300_000, exclude: ['test/fixtures/**'] };

/** One after the other, the quick ones first: the later ones start servers and hosts of their own. */
export default defineConfig({
  test: {
    maxWorkers: 2,
    projects: [
      {
        test: {
          ...shared,
          name: 'core',
          include: ['test/core/**/*.test.ts', 'test/*.test.ts'],
          sequence: { groupOrder: 1 },
        },
      },
      { test: { ...shared, name: 'cli', include: ['test/cli/**/*.test.ts'], sequence: { groupOrder: 2 } } },
      { test: { ...shared, name: 'io', include: ['test/io/**/*.test.ts'], sequence: { groupOrder: 3 } } },
      { test: { ...shared, name: 'e2e', include: ['test/e2e/**/*.test.ts'], sequence: { groupOrder: 4 } } },
      {
        test: {
          ...shared,
          name: 'conformance',
          include: ['test/conformance/**/*.test.ts'],
          sequence: { groupOrder: 5 },
        },
      },
    ],
  },
});
