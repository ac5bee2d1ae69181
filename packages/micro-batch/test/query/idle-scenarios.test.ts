import { TICKS, tickingHandler } from '../support/letter-query.ts';
import {
  act,
  append,
  crash,
  fault,
  heal,
  held,
  kept,
  look,
  passTime,
  rows,
  start,
  stored,
  streamTest,
  type World,
} from '../support/stream-test.ts';

const HOUR = 3_600_000;
const idle = { handler: tickingHandler, idleMs: 1_000 };
const idleAndKept = { ...idle, ...kept };

const ticksOf =
  (partition: number) =>
  (world: World): unknown => {
    const { counted, stored } = world.checkpoint(partition) ?? {};
    return { counted: counted?.state[TICKS], stored: stored?.state[TICKS] };
  };

const ticks = (partition: number, expected: number) => ({
  name: `ticks(${partition}, ${expected})`,
  run: (world: World) =>
    world.until(
      `partition ${partition} to have ${expected} ticks`,
      () => world.checkpoint(partition)?.counted.state[TICKS] === expected,
      () => JSON.stringify(ticksOf(partition)(world)),
    ),
});

streamTest(
  'a partition that nothing comes for follows the others, and readers hear of it though no offset has moved',
  { partitions: 2 },
  append(0, 'ccccccc'),
  append(1, 'a'),
  start('a', idle),
  rows('ccccccc', 'a'),
  ticks(1, 7),
  look('both frontiers', ticksOf(1), { counted: 7, stored: 7 }),
  act('published', (world) =>
    world.until('all ticks to be published', () => world.published().counts[TICKS] === 14),
  ),
);

streamTest(
  'a partition that never had a record gets a checkpoint, and its first record finds the state there',
  { partitions: 2 },
  append(0, 'cccccc'),
  start('a', idle),
  ticks(1, 6),
  append(1, 'ab'),
  rows('cccccc', 'ab'),
  look('checkpoint', (world) => world.checkpoint(1), { firstOffset: 0n, counted: { endOffset: 2n } }),
);

streamTest(
  'a state does not change while files are open',
  { partitions: 2 },
  append(0, 'ccccccc'),
  append(1, 'a'),
  start('a', idleAndKept),
  passTime(10_000),
  look('ticks', ticksOf(1), { counted: undefined, stored: undefined }),
);

streamTest(
  'a change in the middle of a log is found by the consumer that reads on, and by none twice',
  { partitions: 1 },
  append(0, 'cc'),
  start('a', idle),
  ticks(0, 5),
  crash('a'),
  append(0, 'a'),
  start('b', { ...idleAndKept, idleMs: HOUR }),
  act('counted', (world) =>
    world.until('the letter to be counted', () => world.checkpoint(0)?.counted.endOffset === 3n),
  ),
  crash('b'),
  start('c', { ...idle, idleMs: HOUR }),
  stored(0, 3n),
  look('the row', (world) => JSON.parse(rowsOf(world)), [{ offset: '2', letter: 'a', ticks: 5 }]),
  look('ticks', ticksOf(0), { counted: 5, stored: 5 }),
);

streamTest(
  'a consumer that believes a partition idle, and was overtaken, changes nothing',
  {},
  append(0, 'cc'),
  start('a', { ...idle, alone: true }),
  stored(0, 2n),
  fault('a', 'hold', /checkpoints putIfMatch/),
  held('a'),
  start('b', { ...idle, idleMs: HOUR, alone: true }),
  append(0, 'c'),
  stored(0, 3n),
  heal('a'),
  passTime(100),
  look('ticks', ticksOf(0), { counted: 3, stored: 3 }),
);

streamTest(
  'records that are read again after a takeover, in several pieces, find the state that was counted with them',
  { chunkSize: 1 },
  append(0, 'cacaca'),
  start('a', idleAndKept),
  act('counted', (world) =>
    world.until('all to be counted', () => world.checkpoint(0)?.counted.endOffset === 6n),
  ),
  crash('a'),
  start('b', { ...idle, idleMs: HOUR, maxBytesAtOnce: 1 }),
  stored(0, 6n),
  look(
    'the rows',
    (world) => (JSON.parse(rowsOf(world)) as { ticks: number }[]).map(({ ticks }) => ticks),
    [0, 1, 1, 2, 2, 3],
  ),
);

/** The rows of the last file. */
function rowsOf({ results }: World): string {
  const key = [...results.objects.keys()]
    .filter((each) => each.startsWith('rows/'))
    .sort()
    .at(-1);
  return results.text(key ?? '');
}
