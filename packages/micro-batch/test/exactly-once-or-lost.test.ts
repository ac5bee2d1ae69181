import fc from 'fast-check';
import { test } from 'vitest';
import { RUNS, scenarios, simulate, type Scenario } from './support/simulate.ts';

/** Runs that once found a mistake. */
const FOUND: readonly Omit<Scenario, 'retention'>[] = [
  // A chunk with a jump came while the log was asked for its offsets, and all but its last records were gone by then.
  {
    seed: 2_147_483_630,
    partitions: 1,
    consumers: 2,
    records: 20,
    maxOffsetsPerTrigger: 0,
    crash: 0.05,
    error: 0.2,
    twoAtOnce: true,
  },
];

/** A scenario as they are drawn. */
type AnyScenario = typeof scenarios extends fc.Arbitrary<infer Drawn> ? Drawn : never;

/** Runs with a log that is replaced, and whether old records leave it, that once found a mistake. */
const FOUND_REPLACED: readonly (readonly [AnyScenario, boolean])[] = [
  // The first batch is counted and in no file, and the next log has no record at its offsets.
  [
    {
      seed: -2039744092,
      partitions: 3,
      consumers: 1,
      records: 11,
      maxOffsetsPerTrigger: 0,
      crash: 0,
      error: 0.05,
      twoAtOnce: false,
    },
    true,
  ],
  // All that was ever counted is lost, so there is no record in a file that the next log could be compared with.
  [
    {
      seed: -530357885,
      partitions: 1,
      consumers: 2,
      records: 20,
      maxOffsetsPerTrigger: 2,
      crash: 0.01,
      error: 0.2,
      twoAtOnce: false,
    },
    false,
  ],
  // The first batch came before the log's name was asked for, and had expired when the name was needed.
  [
    {
      seed: 1834245040,
      partitions: 1,
      consumers: 2,
      records: 12,
      maxOffsetsPerTrigger: 2,
      crash: 0.01,
      error: 0,
      twoAtOnce: true,
    },
    true,
  ],
  // The next log has fewer records than were read of the former one, and more than were counted.
  [
    {
      seed: -293325386,
      partitions: 1,
      consumers: 1,
      records: 18,
      maxOffsetsPerTrigger: 2,
      crash: 0,
      error: 0,
      twoAtOnce: false,
    },
    false,
  ],
];
const NUM_RUNS = Math.ceil(0.4 * RUNS);
const REPLACEMENT_RUNS = Math.ceil(0.3 * RUNS);

test(
  `with retention, each record ends in exactly one file or in a recorded gap (${NUM_RUNS} runs)`,
  { timeout: 600_000 + NUM_RUNS * 200 },
  async () => {
    const property = fc.asyncProperty(scenarios, async (scenario: Omit<Scenario, 'retention'>) => {
      await simulate({ ...scenario, retention: true });
    });
    await fc.assert(property, { numRuns: NUM_RUNS, examples: FOUND.map((scenario) => [scenario]) });
  },
);

test(
  `when logs are replaced, each record of the former and the next one is read once or in a gap (${REPLACEMENT_RUNS} runs)`,
  { timeout: 600_000 + REPLACEMENT_RUNS * 200 },
  async () => {
    const property = fc.asyncProperty(scenarios, fc.boolean(), async (scenario, retention) => {
      await simulate({ ...scenario, retention, replacement: true });
    });
    await fc.assert(property, {
      numRuns: REPLACEMENT_RUNS,
      examples: FOUND_REPLACED.map(([scenario, retention]) => [scenario, retention]),
    });
  },
);
