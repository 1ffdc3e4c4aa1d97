import { defineConfig } from 'vitest/config';

export default defineConfig({
  // Also `attach.cts`.
  oxc: { include: /\.[cm]?tsx?$/ },
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: 'src/testing/vitest-setup.ts',
    // Starting a host takes the time: one process runs all files.
    isolate: false,
    maxWorkers: 1,
    testTimeout: 20_000,
    hookTimeout: 60_000,
  },
});
