import {
  act,
  append,
  stored,
  crash,
  fault,
  heal,
  held,
  look,
  results,
  start,
  state,
  stop,
  streamTest,
  type World,
} from '../support/stream-test.ts';

streamTest(
  'partitions move between consumers and go on where their checkpoints are',
  { partitions: 3 },
  append(0, 'abc'),
  append(1, 'de'),
  append(2, 'f'),
  start('a'),
  results('abc', 'de', 'f'),
  start('b'),
  append(0, 'gh'),
  append(1, 'ij'),
  append(2, 'kl'),
  results('abcgh', 'deij', 'fkl'),
  stop('a'),
  append(0, 'm'),
  append(1, 'n'),
  append(2, 'o'),
  results('abcghm', 'deijn', 'fklo'),
);

streamTest(
  'a rebalance in the middle of a batch: the new owner executes the same plan, the late one changes nothing',
  { partitions: 2 },
  start('a'),
  state('a', 'waiting'),
  fault('a', 'hold', /results complete rows\/1/),
  append(0, 'abc'),
  append(1, 'xyz'),
  held('a'),
  start('b'), // takes partition 1
  stored(1, 3n),
  append(1, 'uvw'),
  stored(1, 6n),
  heal('a'),
  append(0, 'def'),
  results('abcdef', 'xyzuvw'),
  state('a', 'waiting'),
  state('b', 'waiting'),
);

/** Puts of rows of a partition: how often a batch of it was executed. */
const writes = (world: World, partition: number): number =>
  world.requests.filter((request) => request.includes(`results complete rows/${partition}`)).length;

streamTest(
  'a rebalance in the middle of a batch of a partition that stays: the batch goes on, and is executed once',
  { partitions: 2 },
  start('a'),
  state('a', 'waiting'),
  fault('a', 'hold', /results complete rows\/0/),
  append(0, 'abc'),
  held('a'),
  start('b'), // takes partition 1
  append(1, 'xyz'),
  stored(1, 3n),
  heal('a'),
  results('abc', 'xyz'),
  look('executions', (world) => [writes(world, 0), writes(world, 1)], [1, 1]),
);

streamTest(
  'partitions that move between batches take no batch with them: each is executed once',
  { partitions: 2 },
  start('a'),
  append(0, 'abc'),
  append(1, 'xyz'),
  results('abc', 'xyz'),
  start('b'), // takes partition 1
  append(0, 'd'),
  append(1, 'u'),
  results('abcd', 'xyzu'),
  stop('b'),
  append(1, 'v'),
  results('abcd', 'xyzuv'),
  look('executions', (world) => [writes(world, 0), writes(world, 1)], [2, 3]),
);

streamTest(
  'a plan that another consumer left is executed as it was planned, whatever the limits are now',
  {},
  append(0, 'abcdefgh'),
  fault('a', 'hold', /results complete rows/),
  start('a'),
  held('a'),
  crash('a'),
  append(0, 'ijkl'),
  start('b', { maxOffsetsPerTrigger: 3 }),
  results('abcdefghijkl'),
  look(
    'the batches',
    (world) =>
      world
        .checkpoint(0)
        ?.recentBatches.map(({ batchId, endOffset }) => `${batchId}: ${endOffset}`)
        .join(),
    '0: 8,1: 11,2: 12',
  ),
);

streamTest(
  'a plan that is larger than the buffer is executed, too',
  {},
  append(0, 'a'.repeat(100)),
  fault('a', 'hold', /results complete rows/),
  start('a'),
  held('a'),
  crash('a'),
  append(0, 'b'.repeat(100)),
  start('b', { maxBytesAtOnce: 500 }), // seven records
  results('a'.repeat(100) + 'b'.repeat(100)),
  look('the first batch', (world) => world.checkpoint(0)?.recentBatches[0], { endOffset: 100n }),
);

streamTest(
  'a plan that is found while the source is paused, and larger than the buffer, is read to its end',
  {},
  append(0, 'abc'),
  start('a', { alone: true, maxBytesAtOnce: 500 }),
  results('abc'),
  fault('a', 'hold', /checkpoints putIfMatch/),
  append(0, 'd'.repeat(100)),
  held('a'), // wants to plan what fits into its buffer
  start('b', { alone: true }),
  fault('b', 'hold', /results complete rows/),
  held('b'), // has planned all
  crash('b'),
  heal('a'),
  results(`abc${'d'.repeat(100)}`),
  look('the batches', (world) => world.checkpoint(0)?.recentBatches.length, 2),
);

const checkpointSize = (world: World): number =>
  world.checkpoints.objects.get('letters/partition-0.json')?.body.byteLength ?? 0;

let sizeThen = 0;

streamTest(
  'a consumer that wakes up a thousand batches late changes nothing; the checkpoint has not grown meanwhile',
  {},
  append(0, 'abc'),
  start('a', { alone: true, maxOffsetsPerTrigger: 1 }),
  fault('a', 'hold', /results complete rows/),
  held('a'),
  start('b', { alone: true, maxOffsetsPerTrigger: 1, trigger: { kind: 'interval', everyMs: 0 } }),
  append(0, 'd'.repeat(200)),
  stored(0, 203n),
  act('note the size of the checkpoint', (world) => (sizeThen = checkpointSize(world))),
  append(0, 'd'.repeat(800)),
  stored(0, 1_003n),
  stop('b'),
  look(
    'recent batches',
    (world) => world.checkpoint(0)?.recentBatches.map(({ batchId }) => batchId),
    Array.from({ length: 100 }, (_, index) => 903 + index),
  ),
  look('it has not grown', (world) => checkpointSize(world) / sizeThen < 1.05, true),
  heal('a'),
  state('a', 'waiting'),
  results(`abc${'d'.repeat(1_000)}`),
  append(0, 'e'),
  results(`abc${'d'.repeat(1_000)}e`),
);

for (const step of ['putIfAbsent', 'putIfMatch']) {
  streamTest(
    `a swap whose answer got lost has happened: ${step === 'putIfAbsent' ? 'a plan' : 'a commit'} is not made again`,
    {},
    fault('a', 'lose the answer', new RegExp(`checkpoints ${step} letters/partition`), true),
    append(0, 'abc'),
    start('a'),
    results('abc'),
    append(0, 'def'),
    results('abcdef'),
    look('batches', (world) => world.checkpoint(0)?.recentBatches.length, 2),
    look(
      'states',
      ({ consumers }) => consumers.get('a')?.states.some(({ state }) => state === 'recovering'),
      false,
    ),
  );

  streamTest(
    `when it cannot be read back either (${step}), that is found out as soon as the store answers`,
    {},
    start('a'),
    state('a', 'waiting'),
    fault('a', 'lose the answer', new RegExp(`checkpoints ${step} letters/partition`), true),
    fault('a', 'fail', /checkpoints get letters\/partition/),
    append(0, 'abc'),
    state('a', 'recovering'),
    heal('a'),
    results('abc'),
    append(0, 'def'),
    results('abcdef'),
    look('batches', (world) => world.checkpoint(0)?.recentBatches.length, 2),
    look(
      'nothing is written twice',
      ({ requests }) => requests.filter((each) => /complete rows/.test(each)).length,
      2,
    ),
  );
}

streamTest(
  'two consumers that both believe they own everything do the same work, never different work',
  { partitions: 2 },
  append(0, 'abcdef'),
  append(1, 'uvwxyz'),
  start('a', { alone: true, maxOffsetsPerTrigger: 3 }),
  start('b', { alone: true, maxOffsetsPerTrigger: 5 }),
  results('abcdef', 'uvwxyz'),
  append(0, 'g'),
  results('abcdefg', 'uvwxyz'),
  state('a', 'waiting'),
  state('b', 'waiting'),
);
