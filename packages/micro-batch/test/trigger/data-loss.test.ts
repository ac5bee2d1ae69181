import fc from 'fast-check';
import { expect, test } from 'vitest';
import { dataLossError, findExpired, findTruncated } from '../../src/trigger/data-loss.ts';
import { newPartitionCheckpoint, withGap, withPlan } from '../../src/checkpoint/partition-checkpoint.ts';

const at = '2026-01-01T00:00:00.000Z';
const offsets = fc.bigInt(0n, 40n);
const log = (earliest: bigint, latest = 1_000n) => ({ earliest, latest });

/** Jumps that a buffer may have: ascending, apart from each other, before its end. */
const buffers = fc.uniqueArray(fc.bigInt(0n, 40n), { minLength: 1, maxLength: 9 }).map((edges) => {
  const sorted = edges.toSorted((a, b) => (a < b ? -1 : 1));
  const position = sorted.at(-1) ?? 0n;
  const jumps = sorted.flatMap((startOffset, index) => {
    const endOffset = sorted[index + 1];
    return index % 2 === 0 && endOffset !== undefined ? [{ startOffset, endOffset }] : [];
  });
  return { jumps, position };
});

test('the first offset that was not read and lies before the start of the log begins what has expired', () => {
  fc.assert(
    fc.property(buffers, offsets, ({ jumps, position }, earliest) => {
      const isMissing = (offset: bigint): boolean =>
        offset < earliest &&
        (offset >= position || jumps.some((jump) => jump.startOffset <= offset && offset < jump.endOffset));
      const first = Array.from({ length: 41 }, (_, index) => BigInt(index)).find(isMissing);
      const loss = findExpired(jumps, position, log(earliest));
      expect(loss?.startOffset).toBe(first);
      if (loss === undefined) return;
      expect(loss.reason).toBe('expired');
      expect(loss.endOffset > loss.startOffset && loss.endOffset <= earliest).toBe(true);
      for (let offset = loss.startOffset; offset < loss.endOffset; offset += 1n)
        expect(isMissing(offset)).toBe(true);
    }),
  );
});

const begin = (firstOffset: bigint) =>
  newPartitionCheckpoint({ query: 'q', partition: 0, firstOffset, state: {}, at });

test('a log that ends before what was committed or planned is truncated, until that is recorded', () => {
  fc.assert(
    fc.property(offsets, fc.bigInt(0n, 5n), offsets, (committed, planned, latest) => {
      const idle = begin(committed);
      const endOffset = committed + planned;
      const plan = { batchId: 0, startOffset: committed, endOffset, at };
      const checkpoint = planned === 0n ? idle : withPlan(idle, plan);
      const loss = findTruncated(checkpoint, log(0n, latest));
      expect(loss).toEqual(
        latest < endOffset ? { startOffset: latest, endOffset, reason: 'truncated' } : undefined,
      );
      if (loss === undefined) return;
      expect(findTruncated(withGap(checkpoint, { ...loss, at }), log(0n, latest))).toBeUndefined();
    }),
  );
});

test('the error names topic, partition and range, why, and what to do', () => {
  const loss = { startOffset: 3n, endOffset: 7n };
  const expired = dataLossError('letters', 2, { ...loss, reason: 'expired' }, log(7n, 9n));
  expect(expired.code).toBe('data_loss');
  expect(expired.message).toMatch(
    /^offsets 3 to 6 of letters, partition 2, are gone; the log now starts at 7: ret/,
  );
  expect(expired.message).toContain('failOnDataLoss: false');
  const truncated = dataLossError('letters', 2, { ...loss, reason: 'truncated' }, log(0n, 3n));
  expect(truncated.message).toContain('the log now ends at 3: the topic was recreated or cut back');
});
