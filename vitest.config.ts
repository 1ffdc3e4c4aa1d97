import { defineConfig } from 'vitest/config';

const isScale = process.env.SCALE !== undefined;
const isNightly = process.env.DRAWS === 'nightly';

const shared = {
  testTimeout: isNightly ? 1_800_000 : 180_000,
  hookTimeout: 300_000,
  exclude: ['test/fixtures/**'],
};

/** One after the other, the quick ones first: the later ones start servers and hosts of their own. */
const projects = [
  ['core', ['test/core/**/*.test.ts', 'test/*.test.ts']],
  ['cli', ['test/cli/**/*.test.ts']],
  ['io', ['test/io/**/*.test.ts']],
  ['e2e', ['test/e2e/**/*.test.ts']],
  // Applications that were not generated: in CI one of each stack.
  ['apps', [`test/apps/rows/${isNightly ? '*' : '{fastapi-async,nest-typeorm}*'}.test.ts`]],
  // Schemathesis draws thousands of requests: only at night.
  ['conformance', [`test/conformance/{compare,rows,typed,wire${isNightly ? ',schemathesis' : ''}}/**/*.test.ts`]],
  // In CI one mode of each stack, with servers and several processes that can die.
  ['faults', [`test/faults/rows/${isNightly ? '*' : '{fastify-postgres,fastapi-prefork}'}.test.ts`]],
  // Minutes of steady load: only at night, and on demand for longer.
  // Benches that print what hosts cost with many modules, jobs and processes.
  ...(isScale ? ([['scale', ['test/scale/*.test.ts']]] as const) : []),
  ...(isNightly ? ([['soak', ['test/soak/rows/*.test.ts']]] as const) : []),
] as const;

export default defineConfig({
  test: {
    globalSetup: './test/runtimes.setup.ts',
    projects: projects.map(([name, include], order) => ({
      test: {
        ...shared,
        name,
        include: [...include],
        // Tests of values need no process of their own, which costs more than they do.
        isolate: name !== 'core',
        sequence: { groupOrder: order + 1 },
        // At night rows measure how soon hosts of several processes recover.
        maxWorkers: isNightly ? 1 : 2,
      },
    })),
  },
});
