import {
  act,
  append,
  availableNow,
  ends,
  fault,
  heal,
  look,
  passTime,
  results,
  start,
  state,
  states,
  stop,
  streamTest,
  type World,
} from '../support/stream-test.ts';

streamTest(
  'status and listener tell what happens',
  { partitions: 2 },
  start('a', { trigger: { kind: 'interval', everyMs: 1_000 } }),
  look('at first', (world) => world.consumer('a').query.status(), {
    id: undefined,
    runId: 'id-of-a',
    name: 'a',
    topic: 'letters',
    state: 'starting',
    errorCode: undefined,
    assigned: false,
    partitions: [],
    lastTriggerAt: undefined,
    lastProgress: undefined,
  }),
  state('a', 'waiting'),
  append(0, 'ab!'),
  append(1, 'c-'),
  results('ab!', 'c'),
  passTime(2_000),
  look('states', states('a'), 'starting,waiting,running,waiting'),
  look('batches', (world) => world.consumer('a').batches, [
    { partition: 0, batchId: 0, startOffset: 0n, endOffset: 3n, rows: 2, deadLetters: 1 },
    { partition: 1, batchId: 0, startOffset: 0n, endOffset: 2n, rows: 1, deadLetters: 0 },
  ]),
  look('progress', (world) => world.consumer('a').progress, [
    {
      batchId: 0,
      numInputRows: 4,
      inputRowsPerSecond: 4,
      sources: [{ endOffset: { letters: { 0: '3', 1: '2' } } }],
      sink: { description: 'memory://results/', numOutputRows: 3, numDeadLetters: 1 },
      observedMetrics: { letters: { a: 1, b: 1, c: 1 } },
    },
  ]),
  look('status', (world) => world.consumer('a').query.status(), {
    id: 'id-of-a',
    state: 'waiting',
    assigned: true,
    partitions: [
      {
        partition: 0,
        firstOffset: 0n,
        countedOffset: 3n,
        batchId: 0,
        planned: null,
        earliestOffset: 0n,
        latestOffset: 3n,
        lag: 0n,
        totals: { rows: 2, deadLetters: 1, emptyOffsets: 0 },
        gaps: [],
        bufferedBytes: 0,
      },
      { partition: 1, countedOffset: 2n, totals: { rows: 1, deadLetters: 0, emptyOffsets: 1 } },
    ],
  }),
);

streamTest(
  'the input rate is over the time since the trigger before, whether or not that one found something',
  {},
  start('a', { trigger: { kind: 'interval', everyMs: 1_000 } }),
  append(0, 'a'),
  results('a'),
  passTime(60_000),
  append(0, 'bbbb'),
  results('abbbb'),
  look('progress', (world) => world.consumer('a').progress.at(-1), {
    numInputRows: 4,
    inputRowsPerSecond: 4,
  }),
);

streamTest(
  'a batch that could not be published at once is still reported',
  {},
  fault('a', 'fail', /results .*_counts/),
  append(0, 'abc'),
  start('a'),
  state('a', 'recovering'),
  look('batches', (world) => world.consumer('a').batches.length, 1),
  look('progress', (world) => world.consumer('a').progress.map(({ numInputRows }) => numInputRows), [3]),
  heal('a'),
  results('abc'),
  look('batches', (world) => world.consumer('a').batches.length, 1),
);

/** Calls `processAllAvailable`, and keeps under its own name what has become of that. */
streamTest(
  'the group is told one thing at a time, and a second later the latest; no trigger waits for it for long',
  {},
  fault('a', 'hold', /source commitOffsets/),
  append(0, 'a'.repeat(50)),
  start('a', { maxOffsetsPerTrigger: 1 }),
  results('a'.repeat(50)),
  heal('a'),
  passTime(1_000),
  look('calls', commits, 2),
  fault('b', 'hold', /source commitOffsets/),
  append(0, 'bc'),
  start('b', availableNow),
  stop('a'),
  ends('b'),
);

streamTest(
  'the group is told once a second at the most, and what is left when the query stops',
  {},
  append(0, 'a'.repeat(50)),
  start('a', { maxOffsetsPerTrigger: 1 }),
  results('a'.repeat(50)),
  look('time', ({ clock }) => clock.monotonic() < 1_000, true),
  look('calls', commits, 1),
  look('offset', ({ log }) => log.groupOffsets.get(0), 1n),
  stop('a'),
  look('calls', commits, 2),
  look('offset', ({ log }) => log.groupOffsets.get(0), 50n),
);

streamTest(
  'the group is told what is left when the query fails',
  {},
  append(0, 'ab'),
  start('a', { maxOffsetsPerTrigger: 1 }),
  results('ab'),
  act('the source gives up', (world) => world.consumer('a').giveUp(new Error('gone'))),
  act('the end', (world) => world.until('it to end', () => world.consumer('a').outcome !== 'running')),
  look('offset', ({ log }) => log.groupOffsets.get(0), 2n),
);

function commits({ requests }: World): number {
  return requests.filter((request) => request.includes('commitOffsets')).length;
}
