import { defineConfig } from 'vitest/config';

// The tests of the modules: npx vitest run --root <this folder>
export default defineConfig({
  test: {
    include: ['*/tests/**/*.test.ts'],
    setupFiles: ['vitest.setup.ts'],
    // Starting a host takes the time: one process runs all files, and the tests of a module share a host.
    isolate: false,
    maxWorkers: 1,
    testTimeout: 20_000,
    hookTimeout: 60_000,
  },
});
