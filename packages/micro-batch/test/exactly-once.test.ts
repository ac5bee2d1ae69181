import fc from 'fast-check';
import { expect, test } from 'vitest';
import { RUNS, scenarios, simulate } from './support/simulate.ts';

const NUM_RUNS = Math.ceil(0.6 * RUNS);

test(
  `each record ends in exactly one file, whatever crashes, freezes, stops or gets lost (${NUM_RUNS} runs)`,
  { timeout: 600_000 + NUM_RUNS * 200 },
  async () => {
    const property = fc.asyncProperty(scenarios, async (scenario) => {
      await simulate({ ...scenario, retention: false });
    });
    await fc.assert(property, { numRuns: NUM_RUNS });
  },
);

/** A run that took long, and comes to its end: a consumer pauses for 5 s, while the others look every few milliseconds. */
const LONG_PAUSE = {
  seed: 1710438645,
  partitions: 2,
  consumers: 3,
  records: 14,
  maxOffsetsPerTrigger: 0,
  crash: 0.05,
  error: 0.2,
  twoAtOnce: false,
} as const;
/** A buffer was full, so that the record never came that the log is known by after a rebalance. */
const FULL_BUFFER = {
  seed: -17,
  partitions: 1,
  consumers: 2,
  records: 18,
  maxOffsetsPerTrigger: 5,
  crash: 0.01,
  error: 0.2,
  twoAtOnce: false,
} as const;
const LYING_RUNS = Math.ceil(0.2 * RUNS);

test(
  `a source that lies about offsets is refused by name, and nothing is committed over (${LYING_RUNS} runs)`,
  { timeout: 600_000 + LYING_RUNS * 200 },
  async () => {
    const seen = { lies: 0, refusals: 0 };
    const property = fc.asyncProperty(scenarios, async (scenario) => {
      const { lies, refusals } = await simulate({ ...scenario, retention: false, lies: true });
      seen.lies += lies;
      seen.refusals += refusals;
    });
    await fc.assert(property, { numRuns: LYING_RUNS, examples: [[LONG_PAUSE], [FULL_BUFFER]] });
    expect(seen.refusals).toBeGreaterThan(seen.lies / 4); // others came when the consumer had stopped, or had heard one already
  },
);
