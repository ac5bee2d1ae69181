import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  newPartitionCheckpoint,
  RECENT_BATCHES,
  withCommit,
  withDecision,
  withGap,
  withNextLog,
  withPlan,
  withStop,
  type PartitionCheckpoint,
} from '../../src/checkpoint/partition-checkpoint.ts';

const at = '2026-01-01T00:00:00.000Z';

/** Its state counts the records, so that it can be checked against the ranges. */
type Checkpoint = PartitionCheckpoint<{ readonly records: number }>;

const begin = (firstOffset: bigint): Checkpoint =>
  newPartitionCheckpoint({ query: 'q', partition: 0, firstOffset, state: { records: 0 }, at });

const plan = (checkpoint: Checkpoint, length: bigint, skippedIds = 0): Checkpoint => {
  const { batchId, endOffset } = checkpoint.committed;
  return withPlan(checkpoint, {
    batchId: batchId + 1 + skippedIds,
    startOffset: endOffset,
    endOffset: endOffset + length,
    lastRecord: null,
    at,
  });
};

const commit = (checkpoint: Checkpoint, rows: number, deadLetters: number): Checkpoint => {
  const records = checkpoint.committed.state.records + rows + deadLetters;
  return withCommit(
    checkpoint,
    { state: { records }, rows, deadLetters, files: [], lastRecord: null, logId: undefined },
    at,
  );
};

const steps = fc.array(
  fc.record({
    kind: fc.constantFrom('batch', 'batch', 'gap', 'batch with a gap'),
    rows: fc.nat(3),
    deadLetters: fc.nat(3),
    empty: fc.integer({ min: 1, max: 3 }),
    lost: fc.bigInt(1n, 3n),
    skippedIds: fc.nat(2),
  }),
  { maxLength: 150 },
);

test('batches and gaps follow each other without a hole, and every offset is counted once', () => {
  fc.assert(
    fc.property(fc.bigInt(0n, 50n), steps, (firstOffset, all) => {
      let checkpoint = begin(firstOffset);
      let lost = 0n;
      for (const step of all) {
        const { endOffset } = checkpoint.committed;
        if (step.kind === 'gap') {
          const gap = {
            startOffset: endOffset,
            endOffset: endOffset + step.lost,
            reason: 'expired' as const,
          };
          checkpoint = withGap(checkpoint, { ...gap, at });
          expect(checkpoint.committed.endOffset).toBe(gap.endOffset);
        } else {
          const length = BigInt(step.rows + step.deadLetters + step.empty);
          const isCut = step.kind === 'batch with a gap';
          checkpoint = plan(checkpoint, isCut ? length + step.lost : length, step.skippedIds);
          if (isCut) {
            const startOffset = endOffset + length - 1n; // not at an edge
            const gap = { startOffset, endOffset: startOffset + step.lost, reason: 'expired' as const };
            checkpoint = withGap(checkpoint, { ...gap, at });
            expect(checkpoint.committed.endOffset).toBe(endOffset);
          }
          checkpoint = commit(checkpoint, step.rows, step.deadLetters);
        }
        if (step.kind !== 'batch') lost += step.lost;
        const { committed, planned, recent } = checkpoint;
        const { rows, deadLetters, emptyOffsets } = committed.totals;
        expect(planned).toBeNull();
        expect(committed.state.records).toBe(rows + deadLetters);
        expect(BigInt(rows + deadLetters + emptyOffsets) + lost).toBe(committed.endOffset - firstOffset);
        expect(recent.length).toBeLessThanOrEqual(RECENT_BATCHES);
      }
      const { recent, gaps } = checkpoint;
      const stepped = gaps.filter(
        (gap) =>
          !recent.some((batch) => batch.startOffset <= gap.startOffset && gap.endOffset <= batch.endOffset),
      );
      const covered = [...recent, ...stepped].toSorted((a, b) => (a.startOffset < b.startOffset ? -1 : 1));
      const tail = covered.slice(covered.findIndex((range) => range === recent[0]));
      for (const [index, range] of tail.entries()) {
        const before = tail[index - 1];
        if (before !== undefined) expect(range.startOffset).toBe(before.endOffset);
      }
      if (recent.length > 0) expect(tail.at(-1)?.endOffset).toBe(checkpoint.committed.endOffset);
    }),
  );
});

test('the latest hundred batches are kept', () => {
  let checkpoint = begin(0n);
  for (let batch = 0; batch < 250; batch += 1) checkpoint = commit(plan(checkpoint, 1n), 1, 0);
  expect(checkpoint.recent.map(({ batchId }) => batchId)).toEqual(
    Array.from({ length: 100 }, (_, index) => 150 + index),
  );
});

test('a plan must follow what is committed, with a new id, and there is one at a time', () => {
  const checkpoint = commit(plan(begin(5n), 5n), 5, 0);
  const good = { batchId: 1, startOffset: 10n, endOffset: 12n, lastRecord: null, at };
  expect(withPlan(checkpoint, good).planned).toEqual(good);
  const bad = [
    { startOffset: 9n },
    { startOffset: 11n },
    { endOffset: 10n },
    { endOffset: 9n },
    { batchId: 0 },
  ];
  for (const wrong of bad) expect(() => withPlan(checkpoint, { ...good, ...wrong })).toThrow(RangeError);
  expect(() => withPlan(withPlan(checkpoint, good), good)).toThrow(RangeError);
});

test('without a plan nothing can be committed', () => {
  expect(() => commit(begin(0n), 1, 0)).toThrow(RangeError);
});

test('a gap must be next to what is committed, or within the plan', () => {
  const idle = commit(plan(begin(5n), 5n), 5, 0); // up to 10
  const planned = plan(idle, 5n); // up to 15
  const expired = (startOffset: bigint, endOffset: bigint) =>
    ({ startOffset, endOffset, reason: 'expired', at }) as const;
  const replaced = (startOffset: bigint, endOffset: bigint) =>
    ({ startOffset, endOffset, reason: 'replaced', at }) as const;
  const good = [
    [idle, expired(10n, 12n)],
    [idle, replaced(10n, 12n)],
    [planned, expired(10n, 15n)],
    [planned, expired(12n, 13n)],
    [planned, replaced(13n, 15n)],
  ] as const;
  for (const [checkpoint, gap] of good) expect(withGap(checkpoint, gap).gaps).toEqual([gap]);
  const bad = [
    [idle, expired(9n, 12n)],
    [idle, expired(11n, 12n)],
    [idle, expired(10n, 10n)],
    [idle, replaced(3n, 10n)],
    [planned, expired(9n, 12n)],
    [planned, expired(12n, 16n)],
    [planned, replaced(3n, 15n)],
  ] as const;
  for (const [checkpoint, gap] of bad) expect(() => withGap(checkpoint, gap)).toThrow(RangeError);
});

test.each([
  { rows: 4, deadLetters: 0 },
  { rows: 2, deadLetters: 2 },
  { rows: -1, deadLetters: 0 },
  { rows: 0, deadLetters: -1 },
  { rows: Number.NaN, deadLetters: 0 },
])('$rows rows and $deadLetters dead letters of three offsets are not committed', ({ rows, deadLetters }) => {
  const planned = plan(begin(0n), 3n);
  expect(() => commit(planned, rows, deadLetters)).toThrow(RangeError);
  expect(commit(planned, 2, 1).committed.totals).toEqual({ rows: 2, deadLetters: 1, emptyOffsets: 0 });
});

const loss = { reason: 'truncated', startOffset: 3n, endOffset: 10n } as const;

test('a stop stays until a batch is planned, a gap is stepped over or the next log is begun', () => {
  const idle = commit(plan(begin(5n), 5n), 5, 0);
  const stopped = withDecision(withStop(idle, loss, at), 'latest');
  expect(stopped.stopped).toEqual({ ...loss, at, decision: 'latest' });
  expect(plan(stopped, 1n).stopped).toBeNull();
  expect(withGap(stopped, { startOffset: 10n, endOffset: 11n, reason: 'expired', at }).stopped).toBeNull();
  const next = { position: 10n ** 15n, logId: 'b', at };
  expect(withNextLog(stopped, next).stopped).toBeNull();
});

test('a stop holds while the plan that was found is executed without its records', () => {
  const planned = plan(commit(plan(begin(5n), 5n), 5, 0), 5n);
  const stopped = withDecision(withStop(planned, loss, at), 'earliest');
  const lost = withGap(stopped, { startOffset: 10n, endOffset: 15n, reason: 'replaced', at });
  expect(commit(lost, 0, 0).stopped).toEqual(stopped.stopped);
});

test('nothing can be decided where nothing is lost', () => {
  expect(() => withDecision(begin(5n), 'earliest')).toThrow(RangeError);
});

test('the next log follows the one before as a gap, and what was read before is not compared with it', () => {
  const mark = { offset: 9n, timestamp: 1, crc: '00000000' };
  const read = withCommit(
    plan(begin(5n), 5n),
    { state: { records: 5 }, rows: 5, deadLetters: 0, files: [], lastRecord: mark, logId: 'a' },
    at,
  );
  const position = 10n ** 15n + 3n;
  const next = withNextLog(read, { position, logId: 'b', at });
  expect(next.committed).toMatchObject({
    endOffset: position,
    lastRecord: null,
    totals: read.committed.totals,
  });
  expect(next.logId).toBe('b');
  expect(next.gaps).toEqual([{ startOffset: 10n, endOffset: position, reason: 'replaced', at }]);
  for (const wrong of [11n, 2n * 10n ** 15n])
    expect(() => withNextLog(read, { position: wrong, logId: 'b', at })).toThrow(RangeError);
  expect(() => withNextLog(plan(read, 1n), { position, logId: 'b', at })).toThrow(RangeError);
});
