import { StreamingQuery, type StreamingQueryOptions } from '@client-tickets/micro-batch';
import { expect, test } from 'vitest';
import { letterHandler, type LetterCounts } from '../support/letter-query.ts';
import {
  act,
  append,
  beginStop,
  stored,
  ends,
  fails,
  fault,
  heal,
  held,
  look,
  passTime,
  results,
  start,
  state,
  stop,
  stopped,
  streamTest,
  type Action,
  type World,
} from '../support/stream-test.ts';

const states = (name: string) => (world: World) => {
  const { states: all } = world.consumer(name);
  return all.map(({ state }) => state).join();
};

streamTest(
  'stop lets the batch under way finish within its budget',
  {},
  fault('a', 'hold', /results complete rows/),
  append(0, 'abc'),
  start('a'),
  held('a'),
  beginStop('a', 1_000),
  passTime(900),
  heal('a'),
  stopped('a'),
  ends('a'),
  results('abc'),
  look('the plan', (world) => world.checkpoint(0)?.planned, null),
);

streamTest(
  'stop plans nothing new',
  {},
  fault('a', 'hold', /source fetchOffsets/),
  start('a', { startingOffsets: { kind: 'earliest' } }),
  held('a'),
  append(0, 'abc'),
  beginStop('a'),
  heal('a'),
  stopped('a'),
  results(''),
  look('the checkpoint', (world) => world.checkpoint(0), undefined),
);

streamTest(
  'after its budget stop abandons the batch, which the next run completes',
  {},
  fault('a', 'hold', /results complete rows/),
  append(0, 'abc'),
  start('a'),
  held('a'),
  beginStop('a', 1_000),
  passTime(900),
  look('it waits', (world) => world.consumer('a').stopped, 'not yet'),
  passTime(100),
  stopped('a'),
  look('the state', (world) => world.consumer('a').query.status().state, 'stopped'),
  append(0, 'def'),
  start('b'),
  results('abcdef'),
  heal('a'), // what was abandoned goes on, and changes nothing
  passTime(100),
  results('abcdef'),
  look('states', states('a'), 'starting,stopped'),
  stop('b'),
  look('nobody waits for time', ({ clock }) => clock.sleeping, 0),
);

streamTest(
  'stop ends every wait at once: for the next trigger, for a paused query, for a server',
  {},
  start('a', { trigger: { kind: 'interval', everyMs: 600_000 } }),
  state('a', 'waiting'),
  start('b'),
  state('b', 'waiting'),
  act('pause b', (world) => world.consumer('b').query.pause()),
  state('b', 'paused'),
  fault('c', 'fail', /results/),
  start('c'),
  state('c', 'recovering'),
  beginStop('a'),
  beginStop('b'),
  beginStop('c'),
  act('no time passes', (world) => world.settle()),
  stopped('a'),
  stopped('b'),
  stopped('c'),
  look('nobody waits', ({ clock }) => clock.sleeping, 0),
);

streamTest(
  'stop can be called again, and after a failure',
  {},
  start('a'),
  state('a', 'waiting'),
  beginStop('a'),
  stop('a'),
  stop('a'),
  look('states', states('a'), 'starting,waiting,stopping,stopped'),
  start('b'),
  state('b', 'waiting'),
  act('the source gives up', (world) => world.consumer('b').giveUp(new Error('the topic is gone'))),
  fails('b', 'source_failed', /the topic is gone/),
  stop('b'),
  look('states', states('b'), 'starting,waiting,failed'),
);

streamTest(
  'stop resolves although the source does not let go',
  {},
  append(0, 'abc'),
  fault('a', 'hold', /results complete rows/),
  start('a'),
  held('a'),
  fault('a', 'fail', /source stop/),
  beginStop('a', 100),
  stopped('a'),
  look('the state', (world) => world.consumer('a').query.status().state, 'stopped'),
);

streamTest(
  'stop resolves after its budget although the source never answers',
  {},
  start('a'),
  state('a', 'waiting'),
  fault('a', 'hold', /source stop/),
  beginStop('a', 100),
  stopped('a'),
  look('the state', (world) => world.consumer('a').query.status().state, 'stopped'),
);

streamTest(
  'a paused query keeps its partitions and does nothing, until it is resumed',
  {},
  append(0, 'abc'),
  start('a'),
  results('abc'),
  act('pause', (world) => world.consumer('a').query.pause()),
  state('a', 'paused'),
  append(0, 'def'),
  passTime(5_000),
  stored(0, 3n),
  state('a', 'paused'),
  act('resume', (world) => world.consumer('a').query.resume()),
  results('abcdef'),
  state('a', 'waiting'),
);

streamTest(
  'a store that does not answer is waited for, and the query goes on where it was',
  {},
  append(0, 'abc'),
  start('a'),
  results('abc'),
  fault('a', 'fail', /^(results|checkpoints)/),
  append(0, 'def'),
  state('a', 'recovering'),
  passTime(60_000),
  state('a', 'recovering'),
  heal('a'),
  results('abcdef'),
  state('a', 'waiting'),
);

streamTest(
  'a store that is away for longer than the time-out fails the query; nothing is lost',
  {},
  append(0, 'abc'),
  start('a', { outageTimeoutMs: 30_000 }),
  results('abc'),
  fault('a', 'fail', /^(results|checkpoints)/),
  append(0, 'def'),
  state('a', 'recovering'),
  passTime(29_000),
  state('a', 'recovering'),
  fails('a', 'store_unavailable', /no answer for 30 s: injected at/),
  start('b'),
  results('abcdef'),
);

streamTest(
  'a store that refuses fails the query at once, under a name of its own; nothing is lost',
  {},
  append(0, 'abc'),
  start('a'),
  results('abc'),
  fault('a', 'refuse', /^results put/),
  append(0, 'def'),
  fails('a', 'store_refused', /injected at results put/),
  start('b'),
  results('abcdef'),
);

streamTest(
  'brokers that do not answer are waited for, too, and named when that takes too long',
  {},
  append(0, 'abc'),
  start('a', { outageTimeoutMs: 30_000 }),
  results('abc'),
  fault('a', 'fail', /source fetchOffsets/),
  append(0, 'def'),
  state('a', 'recovering'),
  heal('a'),
  results('abcdef'),
  fault('a', 'fail', /source fetchOffsets/),
  fails('a', 'source_failed', /no answer for 30 s: the offsets of letters could not be read: injected/),
);

streamTest(
  'a source that can not be started fails the query by name',
  {},
  fault('a', 'fail', /source start/),
  start('a'),
  fails('a', 'source_failed', /injected at source start/),
);

streamTest(
  'a handler that throws fails the query; nothing of the batch is counted before a run that can do it',
  {},
  append(0, 'abc'),
  start('a', {
    handler: {
      ...letterHandler,
      openFiles: (begin) => ({
        ...letterHandler.openFiles(begin),
        add: () => Promise.reject(new Error('no such letter')),
      }),
    },
  }),
  fails('a', 'handler_failed', /offsets 0 to 2 of partition 0 could not be processed: no such letter/),
  look('the checkpoint', (world) => world.checkpoint(0), undefined),
  results(''),
  start('b'),
  results('abc'),
);

streamTest(
  'a source that gives up fails the query',
  {},
  append(0, 'abc'),
  start('a'),
  results('abc'),
  act('it gives up', (world) => world.consumer('a').giveUp(new Error('not authorized'))),
  fails('a', 'source_failed', /not authorized/),
);

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
  'a batch that could not be published at once is reported all the same',
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
  'processAllAvailable also waits for what another consumer has not read of its partition',
  { partitions: 2 },
  start('b'),
  state('b', 'waiting'),
  start('a'),
  state('a', 'waiting'),
  act('b is paused', ({ consumers }) => consumers.get('b')?.query.pause()),
  passTime(50),
  append(0, 'abc'),
  append(1, 'xy'),
  processAll('others'),
  results('', 'xy'),
  passTime(1_000),
  processed('others', 'not yet'),
  act('b goes on', ({ consumers }) => consumers.get('b')?.query.resume()),
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

streamTest(
  'the group is told one thing at a time, and then the latest; nobody waits for it for long',
  {},
  fault('a', 'hold', /source commitOffsets/),
  append(0, 'a'.repeat(50)),
  start('a', { maxOffsetsPerTrigger: 1 }),
  results('a'.repeat(50)),
  heal('a'),
  passTime(10),
  look('calls', ({ requests }) => requests.filter((request) => request.includes('commitOffsets')).length, 2),
  fault('b', 'hold', /source commitOffsets/),
  append(0, 'bc'),
  start('b', { trigger: { kind: 'availableNow' } }),
  stop('a'),
  ends('b'),
);

test('options that can not be meant are refused by name before anything starts', () => {
  const options = {} as StreamingQueryOptions<LetterCounts>; // nothing of it is looked at
  const start = (wrong: object) => () =>
    StreamingQuery.start({ ...options, trigger: { kind: 'availableNow' }, ...wrong });
  const refusal = (message: RegExp): unknown =>
    expect.objectContaining({ code: 'settings', message: expect.stringMatching(message) });
  for (const limit of [-1, 1.5, Number.NaN, Infinity]) {
    expect(start({ maxOffsetsPerTrigger: limit })).toThrow(
      refusal(new RegExp(`maxOffsetsPerTrigger.* ${limit}$`)),
    );
  }
  expect(
    start({ maxBytesPerTrigger: 0, recordsWaitMs: -1, trigger: { kind: 'interval', everyMs: Number.NaN } }),
  ).toThrow(
    refusal(/maxBytesPerTrigger: .*found 0; recordsWaitMs: .*found -1; trigger.everyMs: .*found NaN/),
  );
});
