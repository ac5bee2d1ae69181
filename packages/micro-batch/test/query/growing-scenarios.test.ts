import { ObjectStoreError } from '@client-tickets/micro-batch';
import { letterHandler } from '../support/letter-query.ts';
import {
  act,
  append,
  fault,
  kept,
  look,
  passTime,
  results,
  start,
  streamTest,
  type World,
} from '../support/stream-test.ts';

/** In bytes: two chunks of seven records. */
const TWO_CHUNKS = 1_100;
const everyMinute = { trigger: { kind: 'interval', everyMs: 60_000 } } as const;

const rowsPerTrigger = (name: string) => (world: World) =>
  world.consumer(name).progress.map(({ numInputRows }) => numInputRows);

/** When they began, in seconds since the first one. */
const triggerTimes = (name: string) => (world: World) => {
  const times = world.consumer(name).progress.map(({ timestamp }) => Date.parse(timestamp));
  return times.map((time) => (time - (times[0] ?? 0)) / 1_000);
};

/** How many records files were given at once. */
let pieces: number[] = [];

/** A handler whose files take so long for each piece that they are given. */
function slowHandler(world: World, ms: number): typeof letterHandler {
  pieces = [];
  return {
    ...letterHandler,
    openFiles: (start) => {
      const files = letterHandler.openFiles(start);
      const add = files.add.bind(files);
      return Object.assign(files, {
        add: async (...[batch, counts]: Parameters<typeof add>) => {
          pieces.push(batch.records.length);
          await world.clock.sleep(ms);
          return add(batch, counts);
        },
      });
    },
  };
}

const startSlow = (name: string, ms: number, options: Parameters<World['start']>[1]) =>
  act(`start('${name}') with files that take ${ms} ms`, (world) =>
    world.start(name, { ...options, handler: slowHandler(world, ms) }),
  );

streamTest(
  'a trigger takes all that was there when it began, a piece at a time, as one batch with one file',
  {},
  append(0, 'a'.repeat(70)),
  startSlow('a', 0, { maxBytesAtOnce: TWO_CHUNKS, ...everyMinute }),
  results('a'.repeat(70)),
  look('rows', rowsPerTrigger('a'), [70]),
  look('pieces', () => pieces, [14, 14, 14, 14, 14]),
  look('batches', (world) => world.checkpoint(0)?.recentBatches, [{ startOffset: 0n, endOffset: 70n }]),
  look('files', (world) => world.checkpoint(0)?.recentFiles, [{ startOffset: 0n, endOffset: 70n }]),
  look('the last record', (world) => world.checkpoint(0)?.counted.lastRecord?.offset, 69n),
);

streamTest(
  'with a limit a batch is as large as that, whatever fits into memory and however long it takes',
  { partitions: 2 },
  append(0, 'a'.repeat(70)),
  append(1, 'b'.repeat(35)),
  startSlow('a', 400, { maxBytesAtOnce: 2 * TWO_CHUNKS, maxOffsetsPerTrigger: 60, ...everyMinute }),
  passTime(59_000),
  look('rows', rowsPerTrigger('a'), [60]),
  passTime(5_000),
  look('rows', rowsPerTrigger('a'), [60, 45]),
  results('a'.repeat(70), 'b'.repeat(35)),
);

streamTest(
  'a backlog is counted each half second, and the next batch follows at once, however far apart triggers are',
  {},
  append(0, 'a'.repeat(70)),
  startSlow('a', 200, { maxBytesAtOnce: TWO_CHUNKS, ...kept, ...everyMinute }),
  passTime(3_000),
  look('rows', rowsPerTrigger('a'), [42, 28]),
  append(0, 'bb'),
  passTime(56_000),
  look('rows before the next trigger is due', rowsPerTrigger('a'), [42, 28]),
  passTime(2_000),
  look('rows after it', rowsPerTrigger('a'), [42, 28, 2]),
  look('when triggers began', triggerTimes('a'), [0, 0.6, 60]),
);

streamTest(
  'with a file for every batch it is counted when it has grown, as well',
  {},
  append(0, 'a'.repeat(112)),
  startSlow('a', 200, { maxBytesAtOnce: TWO_CHUNKS, ...everyMinute }),
  passTime(5_000),
  look('rows', rowsPerTrigger('a'), [42, 42, 28]),
  look('files', (world) => world.checkpoint(0)?.recentFiles.map(({ endOffset }) => endOffset), [
    42n,
    84n,
    112n,
  ]),
);

streamTest(
  'a batch grows no more when its files are full, and what is left follows at once',
  {},
  append(0, 'a'.repeat(70)),
  startSlow('a', 0, {
    maxBytesAtOnce: TWO_CHUNKS,
    rollover: { ...kept.rollover, bytes: 27 * '{"offset":"10","letter":"a"},'.length },
    ...everyMinute,
  }),
  passTime(1_000),
  look('rows', rowsPerTrigger('a'), [28, 28, 14]),
  look('files', (world) => world.checkpoint(0)?.recentFiles.map(({ endOffset }) => endOffset), [28n, 56n]),
);

streamTest(
  'a partition whose records do not come is waited for once, and the others grow without it',
  { partitions: 2 },
  append(0, 'a'.repeat(70)),
  append(1, 'b'.repeat(70)),
  fault('a', 'hold', /source deliver 1/),
  start('a', { maxBytesAtOnce: 2 * TWO_CHUNKS, maxOffsetsPerTrigger: 140, ...everyMinute }),
  passTime(5_000),
  look('rows', rowsPerTrigger('a'), [70]),
  look('seconds', (world) => Math.round((world.consumer('a').progress[0]?.batchDuration ?? 0) / 1_000), 1),
  look('what is counted', (world) => world.letters(0), 'a'.repeat(70)),
);

streamTest(
  'a piece that fails takes the whole batch with it, and it is counted once when it comes again',
  {},
  append(0, 'a'.repeat(70)),
  act('start with a store that does not take the third piece', (world) => {
    let writes = 0;
    const handler = slowHandler(world, 0);
    world.start('a', {
      ...everyMinute,
      maxBytesAtOnce: TWO_CHUNKS,
      handler: {
        ...handler,
        openFiles: (start) =>
          handler.openFiles({
            ...start,
            beginUpload: (options) => {
              const upload = start.beginUpload(options);
              const write = upload.write.bind(upload);
              return Object.assign(upload, {
                write: (bytes: Uint8Array) => {
                  writes += 1;
                  if (writes === 3) throw new ObjectStoreError('unavailable', 'no answer');
                  return write(bytes);
                },
              });
            },
          }),
      },
    });
  }),
  results('a'.repeat(70)),
  look('rows', rowsPerTrigger('a'), [70]),
  look('pieces', () => pieces, [14, 14, 14, 14, 14, 14, 14, 14]),
);
