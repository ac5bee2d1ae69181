import { defineConfig } from 'vitest/config';

/** A file for the results as JSON, beside what people read. */
const report = process.env['TEST_REPORT'];
/** A pattern of the names of tests that are to run; in a variable, as shells between here and there would change an argument. */
const testNamePattern = process.env['TEST_NAMES'];

export default defineConfig({
  test: {
    include: [
      'packages/*/test/**/*.test.ts',
      'services/*/test/**/*.test.ts',
      'e2e/**/*.test.ts',
      'bench/**/*.test.ts',
      'docs/**/*.test.ts',
      'examples/**/*.test.ts',
      'tools/**/*.test.ts',
    ],
    globalSetup: 'packages/testkit/src/bundle-for-tests.ts',
    setupFiles: 'packages/testkit/src/seed-properties.ts',
    // Vitest leaves one core to itself, which is half of a small machine.
    maxWorkers: '100%',
    // Without servers a third of the time went into loading the same modules for each file; tests hand in what they vary (clock,
    // environment, store) and put back what they replace. With servers that is little, and connections end with their process.
    isolate: process.env['KAFKA_BROKERS'] !== undefined,
    // Far more than it takes: a deadline tells a test that is stuck from one on a busy machine.
    testTimeout: 600_000,
    hookTimeout: 600_000,
    expect: { poll: { timeout: 300_000 } },
    ...(testNamePattern === undefined ? {} : { testNamePattern }),
    reporters: report === undefined ? ['default'] : ['default', ['json', { outputFile: report }]],
  },
});
