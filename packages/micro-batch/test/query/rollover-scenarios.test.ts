import {
  append,
  beginStop,
  counts,
  crash,
  ends,
  expire,
  fault,
  gaps,
  heal,
  held,
  kept,
  look,
  passTime,
  results,
  rows,
  start,
  state,
  stop,
  stopped,
  stored,
  streamTest,
  type World,
} from '../support/stream-test.ts';

const rollover = { intervalMs: 1_000, bytes: 1_000_000, inactivityMs: 300 };

/** Ranges of the files of rows of a partition. */
const filesOf = (partition: number) => (world: World) =>
  [...world.results.objects.keys()]
    .filter((key) => key.startsWith(`rows/${partition}/`))
    .map((key) => key.replace(/^.*\/0*(\d+)-0*(\d+)$/, '$1-$2'))
    .sort();

const requestsOf = (request: RegExp) => (world: World) =>
  world.requests.filter((each) => request.test(each)).length;

streamTest(
  'counts follow every batch, while files wait for more; a batch is one swap',
  {},
  start('a', kept),
  append(0, 'ab'),
  counts('ab'),
  append(0, 'c'),
  counts('abc'),
  look('files', filesOf(0), []),
  look('swaps', requestsOf(/checkpoints put\w+ letters\/partition-0/), 2),
  look('frontiers', (world) => world.checkpoint(0), {
    stored: { endOffset: 0n },
    counted: { endOffset: 3n },
  }),
  look('status', ({ consumers }) => consumers.get('a')?.query.status().partitions[0], {
    countedOffset: 3n,
    storedOffset: 0n,
    lag: 0n,
  }),
);

streamTest(
  'files are finished when nothing has come for a while, with all that came before',
  {},
  start('a', { rollover }),
  append(0, 'ab'),
  counts('ab'),
  passTime(100),
  append(0, '!c'),
  counts('abc'),
  results('ab!c'),
  look('files', filesOf(0), ['0-3']),
  look('open files', (world) => world.checkpoint(0)?.openSince, null),
);

streamTest(
  'files are finished by their size, in the swap that counts the batch which makes them so large',
  {},
  append(0, 'abcdef'),
  start('a', { rollover: { ...kept.rollover, bytes: 80 }, maxOffsetsPerTrigger: 1 }),
  stored(0, 6n),
  look('files', filesOf(0), ['0-2', '3-5']),
);

streamTest(
  'a stop in order finishes the open files',
  { partitions: 2 },
  start('a', kept),
  append(0, 'abc'),
  append(1, 'xy'),
  counts('abcxy'),
  stop('a'),
  results('abc', 'xy'),
  look('files', filesOf(0), ['0-2']),
);

streamTest(
  'a stop whose budget is too short for that leaves them to the next start, which counts nothing twice',
  {},
  start('a', kept),
  append(0, 'abc'),
  counts('abc'),
  fault('a', 'hold', /results complete rows/),
  beginStop('a', 100),
  stopped('a'),
  start('b', { rollover }),
  results('abc'),
  look('batches', (world) => world.checkpoint(0)?.counted.batchId, 0),
);

streamTest(
  'availableNow ends with every file finished, of as many batches as it took',
  { partitions: 2 },
  append(0, 'abcdefg'),
  append(1, 'xyz'),
  start('a', { ...kept, trigger: { kind: 'availableNow' }, maxOffsetsPerTrigger: 3 }),
  ends('a'),
  results('abcdefg', 'xyz'),
  look('files', (world) => [filesOf(0)(world), filesOf(1)(world)], [['0-6'], ['0-2']]),
);

streamTest(
  'a takeover reads again what is in no file, counts none of it again, and goes on in the same file',
  { chunkSize: 2 },
  start('a', kept),
  append(0, 'abcdef'),
  counts('abcdef'),
  crash('a'),
  append(0, 'gh'),
  start('b', { rollover }),
  results('abcdefgh'),
  look('files', filesOf(0), ['0-7']),
);

streamTest(
  'a consumer that was overtaken throws away what it has uploaded, and takes no part of a file back',
  {},
  start('a', { ...kept, alone: true }),
  append(0, 'abc'),
  counts('abc'),
  fault('a', 'hold', /checkpoints putIfMatch/),
  append(0, 'd'),
  held('a'),
  start('b', { rollover, alone: true }),
  results('abcd'),
  heal('a'),
  append(0, 'e'),
  results('abcde'),
  state('a', 'waiting'),
);

streamTest(
  'an upload that fails is begun again from the log, when the store answers',
  {},
  start('a', { rollover }),
  fault('a', 'fail', /results write/),
  append(0, 'abc'),
  state('a', 'recovering'),
  heal('a'),
  results('abc'),
);

streamTest(
  'what is lost between stored and counted is named and recorded: counts keep it, no file has it',
  {},
  start('a', kept),
  append(0, 'abcdef'),
  counts('abcdef'),
  crash('a'),
  expire(0, 2n),
  start('b', { rollover, failOnDataLoss: false }),
  rows('cdef'),
  counts('abcdef'),
  gaps(0, 'expired 0-1 counted'),
  look('what the files hold', (world) => world.checkpoint(0)?.stored.state, { c: 1, d: 1, e: 1, f: 1 }),
);

streamTest(
  'open files are finished before a loss that follows them is stepped over',
  {},
  start('a', { ...kept, failOnDataLoss: false }),
  append(0, 'ab'),
  counts('ab'),
  fault('a', 'fail', /source deliver/),
  append(0, 'cdef'),
  expire(0, 5n),
  heal('a'),
  rows('ab'),
  counts('abf'),
  gaps(0, 'expired 2-4'),
  look('files', filesOf(0), ['0-1']),
);

streamTest(
  'triggers that are as far apart as the interval finish files with each',
  {},
  append(0, 'ab'),
  start('a', { rollover, trigger: { kind: 'interval', everyMs: 1_000 } }),
  stored(0, 2n),
  look('time', ({ clock }) => clock.monotonic() < 1_000, true),
);
