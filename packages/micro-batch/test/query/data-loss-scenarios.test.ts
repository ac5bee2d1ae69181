import { expect } from 'vitest';
import {
  act,
  append,
  both,
  counts,
  crash,
  expire,
  fails,
  fault,
  gaps,
  heal,
  held,
  kept,
  look,
  passTime,
  recreate,
  results,
  rows,
  runs,
  start,
  state,
  states,
  stored,
  streamTest,
} from '../support/stream-test.ts';
import { goOn, NEXT_LOG } from '../support/log-changes.ts';

streamTest(
  'offsets without a record are passed over, also at the end of the log',
  {},
  append(0, 'ab---c!-d--'),
  runs('a'),
  stored(0, 11n),
  results('abc!d'),
  gaps(0),
);

streamTest(
  'a log that starts after the checkpoint stops the query, which names what is missing and skips nothing',
  {},
  append(0, 'abc'),
  runs('a'),
  append(0, 'defgh'),
  expire(0, 5n),
  start('b'),
  fails(
    'b',
    'data_loss',
    /^offsets 3 to 4 of letters, partition 0: retention removed .*failOnDataLoss: false/,
  ),
  stored(0, 3n),
  gaps(0),
);

streamTest(
  'with failOnDataLoss false the range that is missing is recorded, and the query goes on after it',
  {},
  append(0, 'abc'),
  runs('a'),
  append(0, 'defgh'),
  expire(0, 5n),
  runs('b', goOn),
  results('abcfgh'),
  gaps(0, 'expired 3-4'),
  stored(0, 8n),
);

streamTest(
  'also when nothing is left of the log',
  {},
  append(0, 'abc'),
  runs('a'),
  append(0, 'def'),
  expire(0, 6n),
  runs('b', goOn),
  gaps(0, 'expired 3-5'),
  results('abc'),
);

streamTest(
  'retention that overtakes a running query: what was read before is kept, what was not is recorded',
  { chunkSize: 2 },
  append(0, 'ab'),
  start('a', goOn),
  results('ab'),
  fault('a', 'hold', /source fetchOffsets/, true),
  held('a'),
  append(0, 'cd'), // is delivered
  passTime(1),
  fault('a', 'fail', /source deliver/),
  append(0, 'efgh'), // is not
  passTime(1),
  expire(0, 6n),
  heal('a'),
  act('the source goes on', ({ log }) => log.rebalance()),
  results('abcdgh'),
  gaps(0, 'expired 4-5'),
);

streamTest(
  'records that expire between the look at the log and their delivery are not passed over in silence',
  {},
  append(0, 'abcdef'),
  start('a', goOn),
  results('abcdef'),
  fault('a', 'hold the answer', /source fetchOffsets/, true),
  held('a'), // it says: the log starts at 0
  both(append(0, 'ghi'), expire(0, 8n)),
  heal('a'),
  gaps(0, 'expired 6-7'),
  results('abcdefi'),
);

streamTest(
  'a recreated topic stops the query once it is sure, and the error names what is missing',
  {},
  append(0, 'abcde'),
  runs('a'),
  recreate(0),
  append(0, 'xy'),
  start('b', { truncationWaitMs: 500 }),
  passTime(400),
  look(
    'the message',
    (world) => world.consumer('b').query.status().message,
    expect.stringContaining('partition 0; looking again for 0.5 s'),
  ),
  look('states', states('b'), 'starting,recovering'),
  fails('b', 'data_loss', /^offsets 2 to 4 of letters, partition 0: .*log ended at 2.*recreated/),
  results('abcde'),
);

streamTest(
  'a query that stops for one partition finishes the files of the others, whose records may be gone as well',
  { partitions: 2 },
  start('a', { ...kept, truncationWaitMs: 500 }),
  both(append(0, 'ab'), append(1, 'cd')),
  counts('abcd'),
  look('stored', (world) => world.checkpoint(1)?.stored, { endOffset: 0n }),
  recreate(0),
  fails('a', 'data_loss', /partition 0: .*recreated/),
  stored(1, 2n),
  look('the rows of the other', (world) => world.letters(1), 'cd'),
);

streamTest(
  'with failOnDataLoss false all records of a recreated topic are read, under positions that follow the former ones',
  {},
  append(0, 'abcde'),
  runs('a'),
  recreate(0),
  append(0, 'xy'),
  start('b', goOn),
  results('abcdexy'),
  append(0, 'zzzuvw'),
  results('abcdexyzzzuvw'),
  gaps(0, `replaced 5-${NEXT_LOG - 1n}`),
  stored(0, NEXT_LOG + 8n),
);

streamTest(
  'a log that ends too early for a moment only, as after a change of leader, is no data loss',
  {},
  append(0, 'abcde'),
  runs('a'),
  recreate(0),
  append(0, 'abc'),
  start('b', { truncationWaitMs: 500 }),
  passTime(400),
  look('states', states('b'), 'starting,recovering'),
  append(0, 'def'),
  results('abcdef'),
  state('b', 'waiting'),
  gaps(0),
);

streamTest(
  'a plan that was found and whose records are partly gone is executed with what is left, under its own name; the counts keep them',
  {},
  append(0, 'abcd'),
  start('a'),
  fault('a', 'hold', /checkpoints putIfMatch/),
  held('a'), // has written all four
  crash('a'),
  expire(0, 2n),
  append(0, 'efg'),
  start('b', goOn),
  rows('cdefg'),
  counts('abcdefg'),
  gaps(0, 'expired 0-1 counted'),
  look('what the files hold', (world) => world.checkpoint(0)?.stored.totals, { rows: 5, emptyOffsets: 0 }),
);

streamTest(
  'a plan that was found and whose records are all gone is stored empty',
  {},
  append(0, 'ab'),
  start('a'),
  fault('a', 'hold', /checkpoints putIfMatch/),
  held('a'),
  crash('a'),
  append(0, 'cdef'),
  expire(0, 3n),
  start('b', goOn),
  rows('def'),
  counts('abdef'),
  gaps(0, 'expired 0-1 counted', 'expired 2-2'),
);

streamTest(
  'with failOnDataLoss true a plan whose records are gone stays as it is',
  {},
  append(0, 'abcd'),
  start('a'),
  fault('a', 'hold', /checkpoints putIfMatch/),
  held('a'),
  crash('a'),
  expire(0, 2n),
  start('b'),
  fails('b', 'data_loss', /offsets 0 to 1 /),
  look('the plan', (world) => world.checkpoint(0)?.planned, { startOffset: 0n, endOffset: 4n }),
  look('the rows', (world) => world.letters(0), 'abcd'),
);

streamTest(
  'a consumer that comes late to a plan whose records were lost cannot bring back a range of its own',
  {},
  append(0, 'abcd'),
  start('a', { alone: true }),
  fault('a', 'hold', /results complete rows/),
  held('a'),
  expire(0, 2n),
  append(0, 'ef'),
  start('b', { ...goOn, alone: true }),
  rows('cdef'),
  gaps(0, 'expired 0-1 counted'),
  heal('a'),
  passTime(50),
  // It had the lost records in its files; what it had uploaded was thrown away when the other one took the partition.
  look('the rows', (world) => world.letters(0), 'cdef'),
  counts('abcdef'),
);

streamTest(
  'a plan whose records are gone with their log is executed without them, and never given to records of the next log',
  {},
  append(0, 'abc'),
  start('a'),
  fault('a', 'hold', /results complete rows/),
  held('a'),
  crash('a'),
  recreate(0),
  append(0, 'x'),
  start('b', goOn),
  gaps(0, 'replaced 0-2 counted', `replaced 3-${NEXT_LOG - 1n}`),
  append(0, 'yzuvw'),
  rows('xyzuvw'),
  counts('abcxyzuvw'),
);

streamTest(
  'a consumer that was away while others read on does not take what has expired since for a loss',
  {},
  append(0, 'abc'),
  start('a', { alone: true }),
  results('abc'),
  fault('a', 'fail', /source deliver/),
  fault('a', 'hold', /source fetchOffsets/),
  held('a'),
  append(0, 'def'),
  start('b', { alone: true }),
  results('abcdef'),
  expire(0, 6n),
  heal('a'),
  passTime(100),
  append(0, 'g'),
  results('abcdefg'),
  state('a', 'waiting'),
  gaps(0),
);

streamTest(
  'a consumer that was away with a plan to execute does not touch the files that others have stored since',
  {},
  append(0, 'abc'),
  start('x'),
  fault('x', 'hold', /results complete rows/),
  held('x'),
  crash('x'),
  fault('a', 'fail', /source deliver/),
  start('a', { ...goOn, alone: true }),
  state('a', 'waiting'), // for the plan's records
  start('b', { alone: true }),
  results('abc'),
  append(0, 'd'),
  results('abcd'),
  expire(0, 4n),
  passTime(2_000),
  results('abcd'),
  gaps(0),
);

streamTest(
  'jumps that were seen before another consumer passed them are no loss',
  {},
  append(0, 'abc'),
  start('a', { alone: true }),
  results('abc'),
  fault('a', 'fail', /checkpoints/),
  append(0, 'de'),
  state('a', 'recovering'),
  both(append(0, '--'), append(0, 'f')),
  start('b', { alone: true }),
  results('abcdef'),
  expire(0, 8n),
  heal('a'),
  passTime(6_000),
  state('a', 'waiting'),
  gaps(0),
);
