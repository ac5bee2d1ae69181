import { expect } from 'vitest';
import {
  act,
  append,
  availableNow,
  beginStop,
  both,
  counts,
  crash,
  ends,
  fails,
  fault,
  heal,
  held,
  kept,
  look,
  passTime,
  pause,
  recreate,
  results,
  resume,
  rows,
  runs,
  start,
  state,
  stopped,
  stored,
  streamTest,
  type Action,
} from '../support/stream-test.ts';

streamTest(
  'availableNow reads what the log holds at the start, in as many batches as it takes, and ends',
  { partitions: 2 },
  append(0, 'abcdefg'),
  append(1, 'xyz'),
  runs('a', { maxOffsetsPerTrigger: 3 }),
  results('abcdefg', 'xyz'),
  look('batches', ({ consumers }) => consumers.get('a')?.progress.length, 4),
);

streamTest(
  'availableNow leaves to the next run what comes after its start',
  {},
  append(0, 'abc'),
  fault('a', 'hold', /source start/),
  start('a', availableNow),
  held('a'),
  append(0, 'def'),
  heal('a'),
  ends('a'),
  results('abc'),
  runs('b'),
  results('abcdef'),
);

streamTest(
  'availableNow ends at once when there is nothing',
  { partitions: 2 },
  runs('a'),
  results('', ''),
  look('batches', ({ consumers }) => consumers.get('a')?.progress.length, 0),
);

streamTest(
  'availableNow ends also when it has nothing left to do since the last run',
  {},
  append(0, 'abc'),
  runs('a'),
  runs('b'),
  results('abc'),
);

streamTest(
  'availableNow does not read partitions that are added while it runs',
  {},
  append(0, 'abc'),
  fault('a', 'hold', /results complete rows/),
  start('a', { ...availableNow, maxOffsetsPerTrigger: 1 }),
  held('a'),
  act('a partition is added', ({ log }) => log.addPartition()),
  append(1, 'xyz'),
  heal('a'),
  ends('a'),
  results('abc', ''),
);

streamTest(
  'availableNow also does the partitions that it is given in the middle of its last batch',
  { partitions: 2 },
  start('b'),
  state('b', 'waiting'),
  fault('b', 'hold', /source fetchOffsets/),
  held('b'),
  append(0, 'abc'),
  append(1, 'xyz'),
  // b owns partition 0 and does nothing with it
  fault('a', 'hold', /results complete rows/),
  start('a', availableNow),
  held('a'), // is busy with partition 1, its only one
  crash('b'),
  heal('a'),
  ends('a'),
  results('abc', 'xyz'),
);

streamTest(
  'availableNow does not wait for a truncated partition that another consumer has taken over',
  { partitions: 2 },
  append(0, 'abc'),
  append(1, 'xyz'),
  runs('a'),
  recreate(1),
  start('b', { ...availableNow, truncationWaitMs: 60_000 }),
  passTime(200),
  start('c', { truncationWaitMs: 600_000 }), // the second of the group: has partition 1 from now on
  ends('b'),
  stored(0, 3n),
);

streamTest(
  'availableNow waits for what others read of their partitions',
  { partitions: 2 },
  append(0, 'abc'),
  append(1, 'xyz'),
  start('b'),
  results('abc', 'xyz'),
  append(0, 'de'),
  fault('b', 'hold', /results complete rows/),
  held('b'), // it has partition 0 from now on, and is busy with it
  start('a', availableNow),
  passTime(5_000),
  state('a', 'waiting'),
  heal('b'),
  ends('a'),
  results('abcde', 'xyz'),
);

streamTest(
  'availableNow does not wait without end for files that others keep open: what is in them is counted',
  { partitions: 2 },
  append(0, 'abc'),
  append(1, 'xyz'),
  start('b', kept),
  counts('abcxyz'),
  start('a', { ...availableNow, othersWaitMs: 10_000 }),
  passTime(9_000),
  state('a', 'waiting'), // b may have its files due any moment
  ends('a'),
  rows('', 'xyz'), // a has got partition 1, and leaves no file open
  beginStop('b'),
  stopped('b'),
  rows('abc', 'xyz'),
);

streamTest(
  'availableNow does not end in order while a consumer of the group reads nothing of its partition, and names it',
  { partitions: 2 },
  append(0, 'abc'),
  append(1, 'xyz'),
  start('b'),
  results('abc', 'xyz'),
  pause('b'),
  append(0, 'de'),
  append(1, 'uv'),
  start('a', { ...availableNow, othersWaitMs: 10_000 }),
  fails(
    'a',
    'partition_unread',
    /others have read nothing of letters for 10 s: partition 0 at offset 3 of 5 \(the group has given it to member 0\)/,
  ),
  results('abc', 'xyzuv'),
);

let processed: unknown = 'not yet';

streamTest(
  'processAllAvailable ends when nothing is read of a partition of others, and names it',
  { partitions: 2 },
  start('b'),
  state('b', 'waiting'),
  pause('b'),
  start('a', { othersWaitMs: 10_000 }),
  state('a', 'waiting'),
  append(0, 'de'),
  append(1, 'uv'),
  act('a is to process all', (world) => {
    world
      .consumer('a')
      .query.processAllAvailable()
      .then(
        () => (processed = 'done'),
        (error: unknown) => (processed = error),
      );
  }),
  passTime(9_900),
  look('what became of it', () => processed, 'not yet'),
  passTime(500),
  look('what became of it', () => processed, {
    code: 'partition_unread',
    message: expect.stringMatching(
      /partition 0 at offset 0 of 2 \(the group has given it to member 0\)/,
    ) as unknown,
  }),
  results('', 'uv'),
);

/** What a consumer says of the partitions of others. */
const unread = (name: string, ...expected: readonly object[]): Action =>
  look(`unread of others, to ${name}`, (world) => world.consumer(name).query.status().unread, expected);

streamTest(
  'a partition of others in which records wait for a minute is reported, with its owner, until it is read on',
  { partitions: 2 },
  append(0, 'abc'),
  append(1, 'xyz'),
  start('b'),
  start('a'),
  results('abc', 'xyz'),
  pause('b'),
  passTime(90_000),
  unread('a'), // nothing waits
  append(0, 'de'),
  append(1, 'uv'),
  passTime(55_000),
  unread('a'),
  passTime(30_000),
  unread('a', { partition: 0, offset: 3n, target: 5n, owner: 'member 0' }),
  unread('b'), // its own partition is not one of others, and a reads the other one
  results('abc', 'xyzuv'),
  resume('b'),
  results('abcde', 'xyzuv'),
  passTime(20_000),
  unread('a'),
);

streamTest(
  'a paused consumer whose partitions others have is told, too, and one that gets a partition reads it itself',
  { partitions: 2 },
  start('b'),
  start('a'),
  state('a', 'waiting'),
  both(pause('a'), pause('b')),
  append(0, 'de'),
  append(1, 'uv'),
  passTime(90_000),
  unread('a', { partition: 0 }),
  unread('b', { partition: 1 }),
  crash('b'),
  resume('a'),
  results('de', 'uv'),
  unread('a'),
);
