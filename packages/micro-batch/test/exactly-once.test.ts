import fc from 'fast-check';
import { test } from 'vitest';
import { scenarios, simulate } from './simulate.ts';

const RUNS = Number(process.env['EXACTLY_ONCE_RUNS'] ?? 1_000);

test(
  `each record ends in exactly one file, whatever crashes, freezes, stops or gets lost (${RUNS} runs)`,
  { timeout: 60_000 + RUNS * 200 },
  async () => {
    const property = fc.asyncProperty(scenarios, (scenario) => simulate({ ...scenario, retention: false }));
    await fc.assert(property, { numRuns: RUNS });
  },
);
