import { decideDataLoss, type LossDecision } from '@client-tickets/micro-batch';
import {
  act,
  append,
  counts,
  beginStop,
  stored,
  crash,
  ends,
  expire,
  fails,
  fault,
  gaps,
  heal,
  held,
  look,
  passTime,
  recreate,
  results,
  rows,
  start,
  state,
  stopped,
  streamTest,
  type Action,
} from '../support/stream-test.ts';

const availableNow = { trigger: { kind: 'availableNow' } } as const;
const goOn = { failOnDataLoss: false } as const;
/** Where offset 0 of the log lies that replaced the first one. */
const NEXT_LOG = 10n ** 15n;

const compact = (partition: number, ...offsets: readonly bigint[]): Action =>
  act(`compact ${offsets.join()}`, ({ log }) => log.compact(partition, ...offsets));

/** From now on the source knows logs by name: another one for each time that a partition is made. */
const nameLogs = act('logs have names', ({ log }) => {
  log.nameLog = (_, turn) => `log-${turn}`;
});

/** The name changes, and nothing else does: the topic was moved to another cluster with its records and offsets. */
const rename = act('the log gets another name', ({ log }) => {
  log.nameLog = () => 'moved';
});

const decide = (partition: number, decision: LossDecision): Action =>
  act(`decide ${decision}`, (world) => decideDataLoss(world.checkpointStore(), partition, decision));

const isStopped = (reason: string): Action =>
  look('the stop', (world) => world.checkpoint(0)?.stopped, { reason, decision: null });

streamTest(
  'a topic recreated while nothing runs is found out, however many records it holds by then',
  {},
  append(0, 'abc'),
  start('a', availableNow),
  ends('a'),
  recreate(0),
  append(0, 'uvwxyz'),
  start('b', availableNow),
  fails('b', 'data_loss', /^offset 2 of letters, partition 0: the log holds other records here/),
  isStopped('replaced'),
  results('abc'),
  stored(0, 3n),
);

streamTest(
  'availableNow does not take a recreated topic with just as many records for done',
  {},
  append(0, 'abc'),
  start('a', availableNow),
  ends('a'),
  recreate(0),
  append(0, 'xyz'),
  start('b', availableNow),
  fails('b', 'data_loss', /the log holds other records here/),
);

streamTest(
  'a stop for a log that ends early stays, though more records come and hide it',
  {},
  append(0, 'abcde'),
  start('a', availableNow),
  ends('a'),
  recreate(0),
  append(0, 'xy'),
  start('b', { truncationWaitMs: 100 }),
  fails('b', 'data_loss', /the log ended at 2/),
  isStopped('truncated'),
  append(0, 'zzz-uvw'),
  compact(0, 4n), // nothing left to compare with
  start('c'),
  fails('c', 'data_loss', /the log ended at 2/),
  start('d'),
  fails('d', 'data_loss', /the log ended at 2/),
  results('abcde'),
);

streamTest(
  'a stop for records that expired stays as well',
  {},
  append(0, 'abc'),
  start('a', availableNow),
  ends('a'),
  append(0, 'defgh'),
  expire(0, 5n),
  start('b'),
  fails('b', 'data_loss', /^offsets 3 to 4 of letters/),
  isStopped('expired'),
  start('c'),
  fails('c', 'data_loss', /^offsets 3 to 4 of letters/),
  decide(0, 'earliest'),
  start('d', availableNow),
  ends('d'),
  results('abcfgh'),
  gaps(0, 'expired 3-4'),
  look('the stop', (world) => world.checkpoint(0)?.stopped, null),
);

streamTest(
  'with failOnDataLoss false each record of the new log is read, whatever offset it has',
  {},
  append(0, 'abc'),
  start('a', availableNow),
  ends('a'),
  recreate(0),
  append(0, 'uvwxyz'),
  start('b', { ...goOn, ...availableNow }),
  ends('b'),
  results('abcuvwxyz'),
  gaps(0, `replaced 3-${NEXT_LOG - 1n}`),
  stored(0, NEXT_LOG + 6n),
  start('c', availableNow),
  ends('c'),
  results('abcuvwxyz'),
);

streamTest(
  'what is decided for the new log is done at the next start, earliest',
  {},
  append(0, 'abc'),
  start('a', availableNow),
  ends('a'),
  recreate(0),
  append(0, 'uvwxyz'),
  start('b'),
  fails('b', 'data_loss', /the log holds other records here/),
  decide(0, 'earliest'),
  start('c'),
  results('abcuvwxyz'),
  look('the stop', (world) => world.checkpoint(0)?.stopped, null),
);

streamTest(
  'what is decided for the new log is done at the next start, latest',
  {},
  append(0, 'abc'),
  start('a', availableNow),
  ends('a'),
  recreate(0),
  append(0, 'uvwxyz'),
  start('b'),
  fails('b', 'data_loss', /the log holds other records here/),
  decide(0, 'latest'),
  start('c'),
  stored(0, NEXT_LOG + 6n),
  append(0, 'qr'),
  results('abcqr'),
  gaps(0, `replaced 3-${NEXT_LOG + 5n}`),
);

streamTest(
  'a log that is replaced again is left again',
  {},
  append(0, 'abc'),
  start('a', { ...goOn, ...availableNow }),
  ends('a'),
  recreate(0),
  append(0, 'klmno'),
  start('b', { ...goOn, ...availableNow }),
  ends('b'),
  recreate(0),
  append(0, 'uvwxyz'),
  start('c', { ...goOn, ...availableNow }),
  ends('c'),
  results('abcklmnouvwxyz'),
  stored(0, 2n * NEXT_LOG + 6n),
);

streamTest(
  'a topic recreated under a running query stops it, when the source begins again',
  { partitions: 2 },
  append(0, 'abc'),
  append(1, 'ABC'),
  start('a'),
  results('abc', 'ABC'),
  fault('a', 'hold', /source fetchOffsets/, true),
  held('a'),
  recreate(0),
  append(0, 'uvwxyz'),
  append(1, 'DE'),
  heal('a'),
  fails('a', 'data_loss', /^offset 2 of letters, partition 0: the log holds other records here/),
  stored(0, 3n),
);

streamTest(
  'records of the old log that are in memory make their batch before the query stops',
  {},
  append(0, 'abc'),
  start('a'),
  results('abc'),
  fault('a', 'hold', /checkpoints putIfMatch/, true),
  append(0, 'de'),
  held('a'),
  append(0, 'fg'),
  passTime(1),
  recreate(0),
  append(0, 'lmnopqrstuvw'),
  heal('a'),
  fails('a', 'data_loss', /^offset 6 of letters, partition 0: the log holds other records here/),
  results('abcdefg'),
  stored(0, 7n),
);

streamTest(
  'a plan that waits when its log is replaced is executed without records, and the new log is read whole',
  {},
  append(0, 'abc'),
  start('a', availableNow),
  ends('a'),
  append(0, 'de'),
  start('b'),
  fault('b', 'hold', /results complete rows/),
  held('b'),
  crash('b'),
  recreate(0),
  append(0, 'uvwxyz'),
  start('c', goOn),
  rows('abcuvwxyz'),
  counts('abcdeuvwxyz'),
  gaps(0, 'replaced 3-4 counted', `replaced 5-${NEXT_LOG - 1n}`),
);

streamTest(
  'a last record that was compacted away, or has expired, is no data loss',
  { partitions: 2 },
  append(0, 'abc'),
  append(1, 'ABC'),
  start('a', availableNow),
  ends('a'),
  append(0, 'def'),
  append(1, 'DEF'),
  compact(0, 2n),
  expire(1, 3n),
  start('b', availableNow),
  ends('b'),
  results('abcdef', 'ABCDEF'),
  gaps(0),
  gaps(1),
);

streamTest(
  'a log under another name, with another record or none where the last one was, is another log',
  { partitions: 2 },
  nameLogs,
  append(0, 'abc'),
  append(1, 'ABC'),
  start('a', availableNow),
  ends('a'),
  look('the name', (world) => world.checkpoint(0)?.logId, 'log-0'),
  recreate(0),
  append(0, 'uv-xyz'),
  start('b', availableNow),
  fails('b', 'data_loss', /^offset 2 of letters, partition 0: the log holds other records here/),
);

streamTest(
  'a log under another name that begins after the last record is another log, and not the same with records that expired',
  {},
  nameLogs,
  append(0, 'abc'),
  start('a', availableNow),
  ends('a'),
  recreate(0),
  append(0, 'uvwxyz'),
  expire(0, 5n),
  start('b', availableNow),
  fails('b', 'data_loss', /^offset 2 of letters, partition 0: the log holds other records here/),
  isStopped('replaced'),
);

streamTest(
  'a log that gets another name under a running query is compared, and is the same if its records are',
  {},
  nameLogs,
  append(0, 'abc'),
  start('a'),
  results('abc'),
  rename,
  passTime(100),
  append(0, 'def'),
  results('abcdef'),
  look('the name', (world) => world.checkpoint(0)?.logId, 'moved'),
  gaps(0),
);

streamTest(
  'a log that was replaced under a running query, though its source has not noticed, is left where the new one has no record to compare',
  {},
  nameLogs,
  append(0, 'abc'),
  start('a'),
  results('abc'),
  passTime(2_000),
  act('recreated in silence', ({ log }) => log.recreate(0, { isNoticed: false })),
  append(0, 'uv-'), // no record at offset 2, and nothing after it
  fails('a', 'data_loss', /^offset 2 of letters, partition 0: the log holds other records here/),
  results('abc'),
);

streamTest(
  'what another log has brought by the time that its name shows is dropped',
  {},
  nameLogs,
  append(0, 'abc'),
  start('a'),
  results('abc'),
  passTime(2_000),
  fault('a', 'hold', /source fetchOffsets/, true),
  held('a'),
  act('recreated in silence', ({ log }) => log.recreate(0, { isNoticed: false })),
  append(0, 'uvwxyz'),
  passTime(1), // x, y and z follow what was read, as far as offsets tell
  heal('a'),
  fails('a', 'data_loss', /^offset 2 of letters, partition 0: the log holds other records here/),
  results('abc'),
);

streamTest(
  'brokers that disagree about the name of a log do not make a new one the former one',
  {},
  nameLogs,
  append(0, 'abc'),
  start('a', availableNow),
  ends('a'),
  recreate(0),
  append(0, 'uv-xyz'),
  act('every other trigger hears the former name', ({ log, clock }) => {
    log.nameLog = () => `log-${1 - (Math.floor(clock.monotonic() / 10) % 2)}`;
  }),
  start('b'),
  fails('b', 'data_loss', /^offset 2 of letters, partition 0: the log holds other records here/),
  results('abc'),
);

streamTest(
  'a log that was cut back and keeps its name is read on from the cut: what was read before is not read twice',
  {},
  nameLogs,
  append(0, 'abcde'),
  start('a', availableNow),
  ends('a'),
  act('the log is cut back', ({ log }) => log.cutBack(0, 3n)),
  start('b', { ...goOn, truncationWaitMs: 500 }),
  passTime(100),
  append(0, 'x'),
  results('abcdex'),
  append(0, 'yz'),
  results('abcdexyz'),
  gaps(0, `replaced 5-${NEXT_LOG + 2n}`),
);

streamTest(
  'a log that proves to be the same after a stop is read on without a gap once that is decided',
  {},
  append(0, 'abcde'),
  start('a', availableNow),
  ends('a'),
  act('brokers hide the end', ({ log }) => log.hideAfter(0, 3n)),
  start('b', { truncationWaitMs: 100 }),
  fails('b', 'data_loss', /the log ended at 3/),
  act('and show it again', ({ log }) => log.hideAfter(0, undefined)),
  append(0, 'fg'),
  start('c'),
  fails('c', 'data_loss', /the log ended at 3/),
  decide(0, 'earliest'),
  start('d'),
  results('abcdefg'),
  gaps(0),
  look('the stop', (world) => world.checkpoint(0)?.stopped, null),
);

streamTest(
  'the group is told the offsets of the new log',
  {},
  append(0, 'abc'),
  start('a', availableNow),
  ends('a'),
  recreate(0),
  append(0, 'uvwxyz'),
  start('b', goOn),
  results('abcuvwxyz'),
  state('b', 'waiting'),
  beginStop('b'),
  stopped('b'),
  look('offsets of the group', ({ log }) => log.groupOffsets.get(0), 6n),
);
