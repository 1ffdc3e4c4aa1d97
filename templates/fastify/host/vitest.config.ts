import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['src/**/tests/**/*.test.ts', 'tests/**/*.test.ts'],
    setupFiles: ['tests/setup.ts'],
    // Starting a host takes the time: one process runs all files, and the tests of a module share a host.
    isolate: false,
    maxWorkers: 1,
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
