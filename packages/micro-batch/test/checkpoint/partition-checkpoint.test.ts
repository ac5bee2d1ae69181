import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  newPartitionCheckpoint,
  openRange,
  RECENT,
  withBatch,
  withDecision,
  withFiles,
  withGap,
  withNextLog,
  withPlan,
  withState,
  withStop,
  type PartitionCheckpoint,
} from '../../src/checkpoint/partition-checkpoint.ts';

const at = '2026-01-01T00:00:00.000Z';

/** Its state counts the records, so that it can be checked against the ranges. */
type Checkpoint = PartitionCheckpoint<{ readonly records: number }>;

const begin = (firstOffset: bigint): Checkpoint =>
  newPartitionCheckpoint({ query: 'q', partition: 0, firstOffset, state: { records: 0 }, at });

const count = (
  checkpoint: Checkpoint,
  length: bigint,
  rows: number,
  deadLetters = 0,
  skippedIds = 0,
): Checkpoint => {
  const { batchId, endOffset, state } = checkpoint.counted;
  const outcome = {
    batchId: batchId + 1 + skippedIds,
    endOffset: endOffset + length,
    state: { records: state.records + rows + deadLetters },
    rows,
    deadLetters,
    lastRecord: null,
    logId: undefined,
  };
  return withBatch(checkpoint, outcome, at);
};

const store = (checkpoint: Checkpoint, rows: number, deadLetters = 0): Checkpoint => {
  const records = checkpoint.stored.state.records + rows + deadLetters;
  return withFiles(checkpoint, { state: { records }, rows, deadLetters, files: [] }, at);
};

/** A batch of rows that is counted and stored. */
const done = (checkpoint: Checkpoint, rows: number): Checkpoint =>
  store(withPlan(count(checkpoint, BigInt(rows), rows), at), rows);

const steps = fc.array(
  fc.record({
    kind: fc.constantFrom('batch', 'batch', 'batch', 'gap', 'lose some that is counted', 'store'),
    rows: fc.nat(3),
    deadLetters: fc.nat(3),
    empty: fc.integer({ min: 1, max: 3 }),
    lost: fc.bigInt(1n, 3n),
    skippedIds: fc.nat(2),
  }),
  { maxLength: 150 },
);

test('every offset is counted once, and stored once, or in a gap that says of which of both it is left out', () => {
  fc.assert(
    fc.property(fc.bigInt(0n, 50n), steps, (firstOffset, all) => {
      let checkpoint = begin(firstOffset);
      /** Of the open range. */
      let open = { rows: 0, deadLetters: 0 };
      for (const { kind, rows, deadLetters, empty, lost, skippedIds } of all) {
        const range = openRange(checkpoint);
        if (kind === 'batch') {
          const length = BigInt(rows + deadLetters + empty);
          checkpoint = count(checkpoint, length, rows, deadLetters, skippedIds);
          open = { rows: open.rows + rows, deadLetters: open.deadLetters + deadLetters };
        } else if (kind === 'gap' && range === undefined) {
          const { endOffset: startOffset } = checkpoint.counted;
          const gap = { startOffset, endOffset: startOffset + lost, reason: 'expired', at } as const;
          checkpoint = withGap(checkpoint, gap);
          expect([checkpoint.counted.endOffset, checkpoint.stored.endOffset]).toEqual([
            gap.endOffset,
            gap.endOffset,
          ]);
        } else if (kind === 'lose some that is counted' && range !== undefined) {
          const { counted, stored } = checkpoint;
          checkpoint = withGap(checkpoint, { ...range, reason: 'expired', at });
          expect(checkpoint.counted).toEqual(counted);
          expect(checkpoint.stored).toEqual(stored);
          open = { rows: 0, deadLetters: 0 };
        } else if (kind === 'store' && range !== undefined) {
          checkpoint = store(withPlan(checkpoint, at), open.rows, open.deadLetters);
          open = { rows: 0, deadLetters: 0 };
          expect(openRange(checkpoint)).toBeUndefined();
        }
        const { counted, stored, openSince, gaps, recentBatches, recentFiles } = checkpoint;
        for (const [frontier, isLeftOut] of [
          [counted, ({ isCounted }: { isCounted: boolean }) => !isCounted],
          [stored, () => true],
        ] as const) {
          const { rows: all, deadLetters: dead, emptyOffsets } = frontier.totals;
          const left = new Set(
            gaps
              .filter(isLeftOut)
              .flatMap(({ startOffset, endOffset }) =>
                Array.from(
                  { length: Number(endOffset - startOffset) },
                  (_, index) => startOffset + BigInt(index),
                ),
              )
              .filter((offset) => offset < frontier.endOffset),
          );
          expect(frontier.state.records).toBe(all + dead);
          expect(all + dead + emptyOffsets + left.size).toBe(Number(frontier.endOffset - firstOffset));
        }
        expect(openSince === null).toBe(counted.endOffset === stored.endOffset);
        expect(Math.max(recentBatches.length, recentFiles.length)).toBeLessThanOrEqual(RECENT);
      }
    }),
  );
});

test('the latest hundred batches and files are kept', () => {
  let checkpoint = begin(0n);
  for (let batch = 0; batch < 250; batch += 1) checkpoint = done(checkpoint, 1);
  expect(checkpoint.recentBatches.map(({ batchId }) => batchId)).toEqual(
    Array.from({ length: 100 }, (_, index) => 150 + index),
  );
  expect(checkpoint.recentFiles.map(({ startOffset }) => Number(startOffset))).toEqual(
    Array.from({ length: 100 }, (_, index) => 150 + index),
  );
});

test('files are planned for all that is counted and not stored, and may hold many batches', () => {
  const counted = count(count(done(begin(5n), 5), 3n, 3), 2n, 1);
  expect(counted.openSince).toBe(at);
  const planned = withPlan(counted, 'later');
  expect(planned.planned).toEqual({ startOffset: 10n, endOffset: 15n, at: 'later' });
  expect(store(planned, 4).recentFiles.at(-1)).toMatchObject({ startOffset: 10n, endOffset: 15n, rows: 4 });
});

test('while a plan is out nothing is counted, and no other one made', () => {
  const planned = withPlan(count(begin(0n), 2n, 2), at);
  expect(() => count(planned, 1n, 1)).toThrow(RangeError);
  expect(() => withPlan(planned, at)).toThrow(RangeError);
});

test('without anything counted there is nothing to plan, and without a plan nothing to store', () => {
  expect(() => withPlan(done(begin(0n), 1), at)).toThrow(RangeError);
  expect(() => store(count(begin(0n), 1n, 1), 1)).toThrow(RangeError);
});

test('a batch has a new id, and ends behind what is counted', () => {
  const checkpoint = done(begin(5n), 5);
  expect(() => count(checkpoint, 1n, 1, 0, -1)).toThrow(RangeError);
  expect(() => count(checkpoint, 0n, 0)).toThrow(RangeError);
});

test('the log is known by the last record also after batches without one, in what is counted and in what is stored', () => {
  const lastRecord = { offset: 0n, timestamp: 1, crc: '0000002a' };
  const { batchId, endOffset, state } = begin(0n).counted;
  const outcome = { batchId: batchId + 1, endOffset: endOffset + 1n, state, rows: 1, deadLetters: 0 };
  const known = withBatch(begin(0n), { ...outcome, lastRecord, logId: 'id' }, at);
  const later = count(known, 3n, 0);
  expect(later.counted).toMatchObject({ endOffset: 4n, lastRecord });
  expect(later.logId).toBe('id');
  expect(store(withPlan(later, at), 1).stored).toMatchObject({ endOffset: 4n, lastRecord });
});

test('a state changes between two records in both frontiers alike, and where files are open not at all', () => {
  const more = ({ records }: { readonly records: number }) => ({ records: records + 10 });
  const stored = done(begin(5n), 2);
  const changed = withState(stored, more);
  expect(changed).toEqual({
    ...stored,
    counted: { ...stored.counted, state: { records: 12 } },
    stored: { ...stored.stored, state: { records: 12 } },
  });
  expect(withState(begin(5n), more).counted).toMatchObject({
    batchId: -1,
    endOffset: 5n,
    state: { records: 10 },
  });
  expect(withState(stored, (state) => state)).toBe(stored);
  expect(() => withState(count(stored, 1n, 1), more)).toThrow('partition 0 has open files');
});

test('a gap must be next to what is counted, or within what is counted and not stored', () => {
  const idle = done(begin(5n), 5); // up to 10
  const open = count(idle, 5n, 5); // up to 15
  const expired = (startOffset: bigint, endOffset: bigint) =>
    ({ startOffset, endOffset, reason: 'expired', at }) as const;
  const replaced = (startOffset: bigint, endOffset: bigint) =>
    ({ startOffset, endOffset, reason: 'replaced', at }) as const;
  const good = [
    [idle, expired(10n, 12n), false],
    [idle, replaced(10n, 12n), false],
    [open, expired(10n, 15n), true],
    [open, expired(12n, 13n), true],
    [withPlan(open, at), replaced(13n, 15n), true],
  ] as const;
  for (const [checkpoint, gap, isCounted] of good)
    expect(withGap(checkpoint, gap).gaps).toEqual([{ ...gap, isCounted }]);
  const bad = [
    [idle, expired(9n, 12n)],
    [idle, expired(11n, 12n)],
    [idle, expired(10n, 10n)],
    [idle, replaced(3n, 10n)],
    [open, expired(9n, 12n)],
    [open, expired(12n, 16n)],
    [open, replaced(3n, 15n)],
  ] as const;
  for (const [checkpoint, gap] of bad) expect(() => withGap(checkpoint, gap)).toThrow(RangeError);
});

test.each([
  { rows: 4, deadLetters: 0 },
  { rows: 2, deadLetters: 2 },
  { rows: -1, deadLetters: 0 },
  { rows: 0, deadLetters: -1 },
  { rows: Number.NaN, deadLetters: 0 },
])(
  '$rows rows and $deadLetters dead letters of three offsets are neither counted nor stored',
  ({ rows, deadLetters }) => {
    expect(() => count(begin(0n), 3n, rows, deadLetters)).toThrow(RangeError);
    const planned = withPlan(count(begin(0n), 3n, 2), at);
    expect(planned.counted.totals).toEqual({ rows: 2, deadLetters: 0, emptyOffsets: 1 });
    expect(() => store(planned, rows, deadLetters)).toThrow(RangeError);
    expect(store(planned, 2, 0).stored.totals).toEqual({ rows: 2, deadLetters: 0, emptyOffsets: 1 });
  },
);

const loss = { reason: 'truncated', startOffset: 3n, endOffset: 10n } as const;

test('a stop stays until a batch is counted, a gap is stepped over or the next log is begun', () => {
  const idle = done(begin(5n), 5);
  const stopped = withDecision(withStop(idle, loss, at), 'latest');
  expect(stopped.stopped).toEqual({ ...loss, at, decision: 'latest' });
  expect(count(stopped, 1n, 1).stopped).toBeNull();
  expect(withGap(stopped, { startOffset: 10n, endOffset: 11n, reason: 'expired', at }).stopped).toBeNull();
  const next = { position: 10n ** 15n, logId: 'b', at };
  expect(withNextLog(stopped, next).stopped).toBeNull();
});

test('a stop holds while what was counted is stored without its records', () => {
  const open = count(done(begin(5n), 5), 5n, 5);
  const stopped = withDecision(withStop(open, loss, at), 'earliest');
  const lost = withGap(stopped, { startOffset: 10n, endOffset: 15n, reason: 'replaced', at });
  expect(store(withPlan(lost, at), 0).stopped).toEqual(stopped.stopped);
});

test('nothing can be decided where nothing is lost', () => {
  expect(() => withDecision(begin(5n), 'earliest')).toThrow(RangeError);
});

test('the next log follows the one before as a gap, and what was read before is not compared with it', () => {
  const mark = { offset: 9n, timestamp: 1, crc: '00000000' };
  const batch = { batchId: 0, endOffset: 10n, state: { records: 5 }, rows: 5, deadLetters: 0 };
  const read = store(withPlan(withBatch(begin(5n), { ...batch, lastRecord: mark, logId: 'a' }, at), at), 5);
  expect(read.stored.lastRecord).toEqual(mark);
  const position = 10n ** 15n + 3n;
  const next = withNextLog(read, { position, logId: 'b', at });
  for (const frontier of [next.counted, next.stored])
    expect(frontier).toMatchObject({ endOffset: position, lastRecord: null, totals: read.counted.totals });
  expect(next.logId).toBe('b');
  expect(next.gaps).toEqual([
    { startOffset: 10n, endOffset: position, reason: 'replaced', isCounted: false, at },
  ]);
  for (const wrong of [11n, 2n * 10n ** 15n])
    expect(() => withNextLog(read, { position: wrong, logId: 'b', at })).toThrow(RangeError);
  expect(() => withNextLog(count(read, 1n, 1), { position, logId: 'b', at })).toThrow(RangeError);
});
