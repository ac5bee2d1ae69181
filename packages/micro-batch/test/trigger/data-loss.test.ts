import fc from 'fast-check';
import { expect, test } from 'vitest';
import { dataLossError, findExpired, findReplaced, findTruncated } from '../../src/trigger/data-loss.ts';
import { newPartitionCheckpoint, withBatch } from '../../src/checkpoint/partition-checkpoint.ts';

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

const batchTo = (endOffset: bigint) =>
  ({
    batchId: 0,
    endOffset,
    state: {},
    rows: 0,
    deadLetters: 0,
    lastRecord: null,
    logId: undefined,
  }) as const;

test('a log that ends before what was counted is truncated, whether or not that is stored', () => {
  fc.assert(
    fc.property(offsets, fc.bigInt(0n, 5n), offsets, (stored, open, latest) => {
      const idle = begin(stored);
      const endOffset = stored + open;
      const checkpoint = open === 0n ? idle : withBatch(idle, batchTo(endOffset), at);
      expect(findTruncated(checkpoint, log(0n, latest))).toEqual(
        latest < endOffset ? { startOffset: latest, endOffset, reason: 'truncated' } : undefined,
      );
    }),
  );
});

test('a replaced log shows from the last record that is stored to what is to be counted next', () => {
  const idle = begin(5n);
  expect(findReplaced(idle)).toEqual({ startOffset: 5n, endOffset: 6n, reason: 'replaced' });
  const read = { endOffset: 9n, lastRecord: { offset: 7n, timestamp: 0, crc: '00000000' } };
  const stored = { ...idle, stored: { ...idle.stored, ...read }, counted: { ...idle.counted, ...read } };
  expect(findReplaced(stored)).toEqual({ startOffset: 7n, endOffset: 9n, reason: 'replaced' });
  const counted = withBatch(stored, batchTo(12n), at);
  expect(findReplaced(counted)).toEqual({ startOffset: 7n, endOffset: 12n, reason: 'replaced' });
});

test('the error names topic, partition and range, why, and what to do', () => {
  const loss = { startOffset: 3n, endOffset: 7n };
  const expired = dataLossError('letters', 2, { ...loss, reason: 'expired' }, '`tool accept` does');
  expect(expired.code).toBe('data_loss');
  expect(expired.message).toMatch(/^offsets 3 to 6 of letters, partition 2: retention removed these records/);
  expect(expired.message).toContain('until the loss is accepted (`tool accept` does)');
  const truncated = dataLossError('letters', 2, { ...loss, reason: 'truncated' }, '');
  expect(truncated.message).toContain(
    'the log ended at 3 when it was looked at; the topic was recreated or cut back',
  );
  const replaced = dataLossError('letters', 2, { startOffset: 6n, endOffset: 7n, reason: 'replaced' }, '');
  expect(replaced.message).toMatch(/^offset 6 of letters, partition 2: the log holds other records here/);
});

test('the error names offsets as the brokers know them, also of a log that replaced another one', () => {
  const start = 2n * 10n ** 15n;
  const loss = { startOffset: start + 3n, endOffset: start + 7n, reason: 'expired' } as const;
  expect(dataLossError('letters', 0, loss, '').message).toMatch(/^offsets 3 to 6 of letters/);
});
