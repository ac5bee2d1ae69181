import fc from 'fast-check';
import { test } from 'vitest';
import { RUNS, scenarios, simulate } from './support/simulate.ts';

const NUM_RUNS = Math.ceil(0.6 * RUNS);

test(
  `each record ends in exactly one file, whatever crashes, freezes, stops or gets lost (${NUM_RUNS} runs)`,
  { timeout: 60_000 + NUM_RUNS * 200 },
  async () => {
    const property = fc.asyncProperty(scenarios, (scenario) => simulate({ ...scenario, retention: false }));
    await fc.assert(property, { numRuns: NUM_RUNS });
  },
);
