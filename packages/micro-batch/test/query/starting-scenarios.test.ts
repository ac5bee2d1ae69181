import {
  act,
  append,
  expire,
  fails,
  fault,
  heal,
  held,
  look,
  passTime,
  results,
  runs,
  start,
  state,
  stop,
  streamTest,
} from '../support/stream-test.ts';
import { expect } from 'vitest';
import { silentLogger } from '../../src/ports/logger.ts';
import { parseStartingOffsets } from '../../src/query/starting-offsets.ts';

const at = (text: string) => ({ startingOffsets: parseStartingOffsets(text) });

streamTest(
  'a new query starts at earliest unless told otherwise',
  {},
  append(0, 'abcdef'),
  expire(0, 2n),
  start('a'),
  results('cdef'),
);

streamTest(
  'latest reads only what comes after the first start, and each partition has its own offset',
  { partitions: 2 },
  append(0, 'abc'),
  start('a', at('latest')),
  state('a', 'waiting'),
  append(0, 'd'),
  append(1, 'x'),
  results('d', 'x'),
);

streamTest(
  'starting offsets count for a new checkpoint only, also for partitions that had no record yet',
  { partitions: 2 },
  append(0, 'abc'),
  append(1, 'xyz'),
  start('a', at('{"letters":{"0":1,"1":-1}}')),
  results('bc', ''),
  stop('a'),
  append(0, 'd'),
  append(1, 'u'),
  start('b', at('earliest')),
  results('bcd', 'u'),
  stop('b'),
  append(1, 'v'),
  start('c', at('latest')),
  append(0, 'e'),
  results('bcde', 'uv'),
);

/** What a query has logged for its operator. */
const said: string[] = [];
const logger = { ...silentLogger, info: (_fields: object, message: string) => void said.push(message) };
const from = (timestamp: number, strategy: 'error' | 'latest' = 'error') => ({
  startingOffsets: { kind: 'timestamp', timestamp, strategy } as const,
});
const timed = (partition: number, letters: Readonly<Record<string, number>>) =>
  act(`records of ${JSON.stringify(letters)}`, ({ log }) => {
    for (const [letter, timestamp] of Object.entries(letters))
      log.append(partition, Buffer.from(letter), { timestamp });
  });

streamTest(
  'a starting timestamp is kept as offsets, so that a later start does not look it up again, and says so',
  { partitions: 2 },
  timed(0, { a: 1_000, b: 2_000, c: 3_000 }),
  timed(1, { x: 2_500 }),
  start('a', { ...from(2_000), logger }),
  results('bc', 'x'),
  look(
    'what is kept',
    ({ checkpoints }) => {
      const body = checkpoints.objects.get('letters/query.json')?.body ?? expect.fail('no query');
      return JSON.parse(Buffer.from(body).toString()) as object;
    },
    expect.objectContaining({ startingOffsets: { 0: '1', 1: '0' } }),
  ),
  stop('a'),
  append(0, 'd'),
  start('b', { ...from(9_000), logger }),
  results('bcd', 'x'),
  look('the log', () => said, [
    'the new checkpoint begins there',
    'starting offsets and timestamps are for a new checkpoint; this one goes on where it stands',
  ]),
);

streamTest(
  'a starting timestamp past the last record of a partition is refused, and nothing is written',
  { partitions: 2 },
  timed(0, { a: 1_000 }),
  start('a', from(1_000)),
  fails(
    'a',
    'settings',
    /1970-01-01T00:00:01.000Z or later in every partition of letters, found none in partition 1/,
  ),
  look('stores', ({ results, checkpoints }) => results.objects.size + checkpoints.objects.size, 0),
  start('b', from(1_000, 'latest')),
  results('a', ''),
  append(1, 'x'),
  results('a', 'x'),
);

streamTest(
  'starting offsets that the log does not reach are refused, and nothing is written',
  {},
  append(0, 'abc'),
  start('a', at('{"letters":{"0":7}}')),
  fails('a', 'settings', /expected 0 to 3 for partition 0, found 7/),
  look('stores', ({ results, checkpoints }) => results.objects.size + checkpoints.objects.size, 0),
);

streamTest(
  'partitions that are added to the topic start at earliest, whatever the starting offsets say',
  {},
  append(0, 'abc'),
  start('a', at('latest')),
  state('a', 'waiting'),
  act('a partition is added', ({ log }) => log.addPartition()),
  append(1, 'xyz'),
  append(0, 'd'),
  results('d', 'xyz'),
);

streamTest(
  'what expired while the query was down is a loss also for a partition that had no record yet',
  {},
  start('a'),
  state('a', 'waiting'),
  stop('a'),
  append(0, 'abc'),
  expire(0, 2n),
  start('b'),
  fails('b', 'data_loss', /offsets 0 to 1 of letters/),
);

streamTest(
  'a checkpoint that is deleted under a running query stops it before anything else is written',
  {},
  append(0, 'abc'),
  start('a'),
  results('abc'),
  act('it is deleted', ({ checkpoints }) => checkpoints.objects.delete('letters/partition-0.json')),
  append(0, 'def'),
  fails(
    'a',
    'checkpoint_damaged',
    /checkpoint of partition 0 at memory:\/\/checkpoints\/letters\/ is gone.*Restore|restore/,
  ),
  results('abc'),
);

streamTest(
  'a partition without checkpoint but with results is refused, before ranges can be cut again',
  {},
  append(0, 'abc'),
  runs('a'),
  act('it is deleted', ({ checkpoints }) => checkpoints.objects.delete('letters/partition-0.json')),
  append(0, 'def'),
  start('b'),
  fails(
    'b',
    'checkpoint_damaged',
    /partition 0 of letters has no checkpoint .* but results \(memory:\/\/results\/rows\/0\/0+-0+2\)/,
  ),
  results('abc'),
);

streamTest(
  'unless another consumer has begun the partition in that very moment',
  {},
  append(0, 'abc'),
  start('a', { alone: true }),
  fault('a', 'hold', /results list rows/),
  held('a'), // has seen that there is no checkpoint
  start('b', { alone: true }),
  results('abc'),
  heal('a'),
  append(0, 'def'),
  results('abcdef'),
  state('a', 'waiting'),
);

streamTest(
  'a damaged checkpoint is refused by name and place, and left as it is',
  {},
  append(0, 'abc'),
  runs('a'),
  act('it is damaged', ({ checkpoints }) =>
    checkpoints.write('letters/partition-0.json', Buffer.from('{"version":4,"query":"id-of-a"}'), undefined),
  ),
  start('b'),
  fails(
    'b',
    'checkpoint_damaged',
    /memory:\/\/checkpoints\/letters\/partition-0.json is damaged: firstOffset: /,
  ),
  passTime(100),
  look('the writes', ({ requests }) => requests.filter((request) => /^b: .* put/.test(request)), []),
);

streamTest(
  'partitions without a record yet are taken over by a second run as the first left them',
  { partitions: 2 },
  append(0, 'abc'),
  start('a', at('latest')),
  state('a', 'waiting'),
  stop('a'),
  append(0, 'de'),
  append(1, 'x'),
  start('b'),
  results('de', 'x'),
);
