import {
  act,
  append,
  crash,
  fault,
  heal,
  held,
  look,
  results,
  runs,
  start,
  state,
  streamTest,
  type World,
} from '../support/stream-test.ts';

/** Rows of each trigger. */
const rowsPerTrigger = (name: string) => (world: World) =>
  world
    .consumer(name)
    .progress.map(({ numInputRows }) => numInputRows)
    .join();

streamTest(
  'maxOffsetsPerTrigger is a hard limit over all partitions',
  { partitions: 3 },
  append(0, 'aaaaaaaa'),
  append(1, 'bb'),
  append(2, 'c'),
  runs('a', { maxOffsetsPerTrigger: 4 }),
  results('aaaaaaaa', 'bb', 'c'),
  look('rows', rowsPerTrigger('a'), '4,4,3'),
);

streamTest(
  'what another consumer has counted is stored first, and takes nothing of the limit',
  { partitions: 3 },
  append(0, 'aaaa'),
  fault('x', 'hold', /results complete rows/),
  start('x', { maxOffsetsPerTrigger: 4 }),
  held('x'),
  crash('x'),
  append(1, 'bbb'),
  append(2, 'ccc'),
  start('a', { maxOffsetsPerTrigger: 5 }),
  results('aaaa', 'bbb', 'ccc'),
  look('rows', rowsPerTrigger('a'), '5,1'),
  append(0, 'dddd'),
  results('aaaadddd', 'bbb', 'ccc'),
  fault('a', 'hold', /results complete rows/),
  append(0, 'eeee'),
  held('a'),
  crash('a'),
  append(1, 'f'),
  start('b', { maxOffsetsPerTrigger: 2 }),
  results('aaaaddddeeee', 'bbbf', 'ccc'),
  look('rows', rowsPerTrigger('b'), '1'),
);

streamTest(
  'a batch that another consumer was quicker to count is not counted again',
  { partitions: 2 },
  append(0, 'aaaaaa'),
  append(1, 'bbbbbb'),
  fault('a', 'hold', /checkpoints putIfAbsent letters\/partition-0/),
  start('a', { alone: true, maxOffsetsPerTrigger: 4 }),
  held('a'), // wants to plan two of each
  fault('b', 'hold', /results complete rows/),
  start('b', { alone: true }),
  held('b'), // has planned all of partition 0
  crash('b'),
  heal('a'),
  results('aaaaaa', 'bbbbbb'),
  look('rows', rowsPerTrigger('a'), '2,4'),
);

streamTest(
  'what is read ahead is bounded in bytes: the source is paused, and resumed when there is room again',
  {},
  fault('a', 'hold', /results complete rows/),
  start('a', { maxBytesAtOnce: 1_000, maxOffsetsPerTrigger: 7 }),
  state('a', 'waiting'),
  append(0, 'a'.repeat(200)),
  held('a'),
  look('the source is paused', (world) => world.consumer('a').regulation.join(), 'pause 0'),
  look(
    'what is buffered',
    (world) => (world.consumer('a').query.status().partitions[0]?.bufferedBytes ?? 0) < 2_600,
    true,
  ),
  heal('a'),
  results('a'.repeat(200)),
  look(
    'it was resumed',
    (world) => world.consumer('a').regulation.slice(0, 3).join(),
    'pause 0,resume 0,pause 0',
  ),
  look('it goes on', (world) => world.consumer('a').regulation.at(-1), 'resume 0'),
);

streamTest(
  'a partition that takes no part does not make the others wait for records that do not fit',
  { partitions: 3, chunkSize: 2 },
  append(0, 'a'),
  append(1, 'bbb'),
  append(2, 'ccc'),
  runs('a'),
  act('two topics end too early', ({ log }) => {
    log.recreate(1);
    log.recreate(2);
  }),
  append(0, 'd'.repeat(60)),
  start('b', { maxBytesAtOnce: 1_500, truncationWaitMs: 60_000 }),
  results(`a${'d'.repeat(60)}`, 'bbb', 'ccc'),
  look('no trigger took long', (world) => world.clock.monotonic() < 1_000, true),
);
