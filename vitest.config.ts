import { defineConfig } from 'vitest/config';

const shared = {
  testTimeout: process.env.DRAWS === 'nightly' ? 1_800_000 : 60_000,
  hookTimeout: 300_000,
  exclude: ['test/fixtures/**'],
};

/** One after the other, the quick ones first: the later ones start servers and hosts of their own. */
const projects = [
  ['core', ['test/core/**/*.test.ts', 'test/*.test.ts']],
  ['cli', ['test/cli/**/*.test.ts']],
  ['io', ['test/io/**/*.test.ts']],
  ['e2e', ['test/e2e/**/*.test.ts']],
  ['conformance', ['test/conformance/**/*.test.ts']],
  ['faults', ['test/faults/**/*.test.ts']],
] as const;

export default defineConfig({
  test: {
    projects: projects.map(([name, include], order) => ({
      test: {
        ...shared,
        name,
        include: [...include],
        // Tests of values need no process of their own, which costs more than they do.
        isolate: name !== 'core',
        sequence: { groupOrder: order + 1 },
        // At full size they measure how soon hosts of several processes recover.
        maxWorkers: process.env.FAULTS === 'full' ? 1 : 2,
      },
    })),
  },
});
