import { ObjectStoreError, type ResultPublisher } from '@client-tickets/micro-batch';
import type { LetterCounts } from '../support/letter-query.ts';
import {
  append,
  availableNow,
  crash,
  ends,
  fault,
  heal,
  held,
  look,
  passTime,
  results,
  resume,
  runs,
  start,
  state,
  stored,
  streamTest,
  type World,
} from '../support/stream-test.ts';

/** How many requests like this a consumer has made. */
const requestsOf = (name: string, request: RegExp) => (world: World) =>
  world.requests.filter((each) => each.startsWith(`${name}: `) && request.test(each)).length;

streamTest(
  'in a backlog a batch takes one swap, which stores the files before it, counts it and plans its own',
  { partitions: 2 },
  append(0, 'abcdef'),
  append(1, 'uvwxyz'),
  runs('a', { maxOffsetsPerTrigger: 4 }),
  results('abcdef', 'uvwxyz'),
  look('swaps of partition 0', requestsOf('a', /checkpoints put\w+ letters\/partition-0/), 4),
  look(
    'ids of its batches',
    (world) => world.checkpoint(0)?.recentBatches.map(({ batchId }) => batchId),
    [0, 1, 2],
  ),
  look(
    'ids of the other one',
    (world) => world.checkpoint(1)?.recentBatches.map(({ batchId }) => batchId),
    [0, 1, 2],
  ),
  look('what is planned at the end', (world) => world.checkpoint(0)?.planned, null),
);

streamTest(
  'a plan that came with a commit is executed by the next consumer, just as it is',
  { partitions: 2, chunkSize: 2 },
  append(0, 'aabbcc'),
  append(1, 'uuvvww'),
  start('a', { ...availableNow, maxOffsetsPerTrigger: 4 }),
  fault('a', 'hold', /results complete rows\/0\/.*2-0*3$/),
  held('a'),
  crash('a'),
  look('the plan', (world) => world.checkpoint(0)?.planned?.endOffset, 4n),
  start('b'),
  results('aabbcc', 'uuvvww'),
  look('its batches', (world) => world.checkpoint(0)?.recentBatches.map(({ endOffset }) => endOffset), [
    2n,
    4n,
    6n,
  ]),
);

streamTest(
  'a trigger that is not due yet is not planned ahead: what comes until then belongs to it',
  {},
  append(0, 'abc'),
  start('a', { maxOffsetsPerTrigger: 2, trigger: { kind: 'interval', everyMs: 60_000 } }),
  stored(0, 2n),
  look('the plan', (world) => world.checkpoint(0)?.planned, null),
  append(0, 'd'),
  results('abcd'),
);

streamTest(
  'the next trigger does not wait for counts to be published, the one after it does',
  { chunkSize: 2 },
  append(0, 'aabbcc'),
  fault('a', 'hold', /results put\w+ _counts/),
  start('a', { ...availableNow, maxOffsetsPerTrigger: 2 }),
  stored(0, 4n),
  look('publications under way', requestsOf('a', /results put\w+ _counts/), 1),
  look('the third batch', (world) => world.letters(0), 'aabb'),
  heal('a'),
  ends('a'),
  results('aabbcc'),
);

streamTest(
  'counts that could not be published while the next trigger ran are published by it',
  { chunkSize: 2 },
  append(0, 'aabb'),
  fault('a', 'fail', /results put\w+ _counts/, true),
  runs('a', { maxOffsetsPerTrigger: 2 }),
  results('aabb'),
);

const asked: (boolean | undefined)[] = [];
streamTest(
  'what may wait is left out of publications while more follows, for a second at the most, and is in the last one',
  { chunkSize: 2 },
  append(0, 'aabbccddeeffgg'),
  {
    name: 'start with publications of 400 ms',
    run: (world) => {
      const publish: ResultPublisher<LetterCounts>['publish'] = async (_states, options) => {
        asked.push(options?.moreFollows);
        await world.clock.sleep(400);
      };
      world.start('a', { ...availableNow, maxOffsetsPerTrigger: 2, publisher: { publish } });
    },
  },
  ends('a'),
  look('what was asked of publications', () => asked, [false, true, true, false, true, false]),
);

const askedInPause: (boolean | undefined)[] = [];
streamTest(
  'what was left out of a publication is in one more when the query is paused, and in no other while nothing changes',
  { chunkSize: 2 },
  append(0, 'aabbccdd'),
  {
    name: 'start with a pause in the second publication',
    run: (world) => {
      const publish: ResultPublisher<LetterCounts>['publish'] = async (_states, options) => {
        askedInPause.push(options?.moreFollows);
        if (askedInPause.length === 2) world.consumer('a').query.pause();
        await world.clock.sleep(400);
      };
      world.start('a', { ...availableNow, maxOffsetsPerTrigger: 2, publisher: { publish } });
    },
  },
  state('a', 'paused'),
  passTime(10_000),
  look('what was asked of publications', () => askedInPause, [false, true, false]),
  resume('a'),
  ends('a'),
);

let refusals = 0;
streamTest(
  'a pause holds while what was left out can not be published, and it is published once it can be',
  { chunkSize: 2 },
  append(0, 'aabbccdd'),
  {
    name: 'start with a pause in the second publication, and a store that does not answer the third',
    run: (world) => {
      let turn = 0;
      const publish: ResultPublisher<LetterCounts>['publish'] = async () => {
        turn += 1;
        if (turn === 2) world.consumer('a').query.pause();
        if (turn < 3 || turn > 5) return;
        refusals += 1;
        throw new ObjectStoreError('unavailable', 'no answer');
      };
      world.start('a', { ...availableNow, maxOffsetsPerTrigger: 2, publisher: { publish } });
    },
  },
  state('a', 'paused'),
  passTime(10_000),
  look('publications that failed', () => refusals, 3),
  state('a', 'paused'),
  resume('a'),
  ends('a'),
);

streamTest(
  'the log is asked for its offsets at the start of a backlog, and not by each of its triggers',
  { partitions: 2 },
  append(0, 'abcdefghijklmnopqrst'),
  append(1, 'abcdefghijklmnopqrst'),
  runs('a', { maxOffsetsPerTrigger: 2 }),
  look('batches', (world) => world.checkpoint(0)?.counted.batchId, 19),
  look('questions', requestsOf('a', /source fetchOffsets/), 3),
);
