import { defineConfig } from 'vitest/config';

/** A file for the results as JSON, beside what people read. */
const report = process.env['TEST_REPORT'];

export default defineConfig({
  test: {
    include: [
      'packages/*/test/**/*.test.ts',
      'services/*/test/**/*.test.ts',
      'e2e/**/*.test.ts',
      'bench/**/*.test.ts',
      'examples/**/*.test.ts',
      'tools/**/*.test.ts',
    ],
    globalSetup: 'packages/testkit/src/bundle-for-tests.ts',
    // Vitest leaves one core to itself, which is half of a small machine.
    maxWorkers: '100%',
    testTimeout: 60_000,
    hookTimeout: 60_000,
    reporters: report === undefined ? ['default'] : ['default', ['json', { outputFile: report }]],
  },
});
