import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['src/**/tests/**/*.test.ts', 'tests/**/*.test.ts'],
    // Starting a host is the expensive part: one process serves all files, and those of a module share a host.
    isolate: false,
    maxWorkers: 1,
    testTimeout: 20_000,
    hookTimeout: 60_000,
  },
});
