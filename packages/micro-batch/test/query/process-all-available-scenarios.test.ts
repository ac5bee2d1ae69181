import {
  append,
  beginStop,
  counts,
  fault,
  heal,
  held,
  kept,
  look,
  passTime,
  pause,
  results,
  resume,
  start,
  state,
  stopped,
  streamTest,
  type Action,
} from '../support/stream-test.ts';

const outcomes = new Map<string, string>();
const processAll = (outcome: string): Action => ({
  name: `processAllAvailable (${outcome})`,
  run: ({ consumers }) => {
    outcomes.set(outcome, 'not yet');
    consumers
      .get('a')
      ?.query.processAllAvailable()
      .then(
        () => outcomes.set(outcome, 'done'),
        (error: unknown) => outcomes.set(outcome, String(error)),
      );
  },
});
const processed = (outcome: string, expected: string): Action =>
  look(`processAllAvailable is ${expected}`, () => outcomes.get(outcome), expected);

streamTest(
  'processAllAvailable resolves once everything is published, and not while partitions are still being opened',
  { partitions: 2 },
  append(0, 'abc'),
  append(1, 'xy'),
  fault('a', 'hold', /checkpoints get letters\/partition/),
  start('a', { maxOffsetsPerTrigger: 2 }),
  held('a'),
  processAll('busy'),
  passTime(100),
  processed('busy', 'not yet'),
  heal('a'),
  passTime(100),
  processed('busy', 'done'),
  results('abc', 'xy'),
);

streamTest(
  'processAllAvailable has nothing to wait for where a query starts at the end of the log',
  {},
  append(0, 'abc'),
  start('a', { startingOffsets: { kind: 'latest' } }),
  processAll('nothing'),
  passTime(100),
  processed('nothing', 'done'),
);

streamTest(
  'processAllAvailable does not wait for files that are still being filled',
  {},
  append(0, 'abc'),
  start('a', kept),
  processAll('counted'),
  passTime(100),
  processed('counted', 'done'),
  counts('abc'),
  look('the checkpoint', (world) => world.checkpoint(0), {
    counted: { endOffset: 3n },
    stored: { endOffset: 0n },
  }),
);

streamTest(
  'processAllAvailable waits for files that are planned',
  {},
  fault('a', 'hold', /results complete rows/),
  append(0, 'abc'),
  start('a', { rollover: { intervalMs: 3_600_000, bytes: 1_000_000, inactivityMs: 300 } }),
  counts('abc'),
  held('a'),
  processAll('planned'),
  passTime(100),
  processed('planned', 'not yet'),
  heal('a'),
  passTime(100),
  processed('planned', 'done'),
  results('abc'),
);

streamTest(
  'processAllAvailable also waits for what another consumer has not read of its partition',
  { partitions: 2 },
  start('b'),
  state('b', 'waiting'),
  start('a'),
  state('a', 'waiting'),
  pause('b'),
  passTime(50),
  append(0, 'abc'),
  append(1, 'xy'),
  processAll('others'),
  results('', 'xy'),
  passTime(1_000),
  processed('others', 'not yet'),
  resume('b'),
  results('abc', 'xy'),
  passTime(100),
  processed('others', 'done'),
);

streamTest(
  'processAllAvailable rejects when the query ends before',
  {},
  append(0, 'abc'),
  fault('a', 'hold', /results complete rows/),
  start('a'),
  held('a'),
  append(0, 'de'),
  processAll('ended'),
  beginStop('a', 1_000),
  heal('a'),
  stopped('a'),
  processed('ended', 'Error: the query ended before all was processed'),
);
