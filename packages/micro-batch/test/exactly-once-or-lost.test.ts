import fc from 'fast-check';
import { test } from 'vitest';
import { RUNS, scenarios, simulate } from './simulate.ts';

const NUM_RUNS = Math.ceil(0.4 * RUNS);

test(
  `with retention, each record ends in exactly one file or in a recorded gap (${NUM_RUNS} runs)`,
  { timeout: 60_000 + NUM_RUNS * 200 },
  async () => {
    const property = fc.asyncProperty(scenarios, (scenario) => simulate({ ...scenario, retention: true }));
    await fc.assert(property, { numRuns: NUM_RUNS });
  },
);
