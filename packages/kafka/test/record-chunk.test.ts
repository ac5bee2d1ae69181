import fc from 'fast-check';
import type { RecordBatch } from 'kafkajs';
import { describe, expect, test } from 'vitest';
import { toChunk } from '../src/record-chunk.ts';

interface Written {
  readonly offsetDelta: number;
  readonly timestampDelta: number;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: number;
}

const CREATE_TIME = 0;
const LOG_APPEND_TIME = 1;
const FIRST_TIMESTAMP = 1_700_000_000_000;

/** As brokers store it, by the page that `readRecordBatch` names; written the slow way. */
function recordBatch(
  firstOffset: bigint,
  written: readonly Written[],
  more: Partial<RecordBatch> = {},
): RecordBatch {
  const varint = (value: number): Buffer => {
    const bytes: number[] = [];
    let rest = value >= 0 ? BigInt(value) * 2n : BigInt(-value) * 2n - 1n;
    for (; rest > 0x7fn; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80);
    return Buffer.from([...bytes, Number(rest)]);
  };
  const part = (bytes: Buffer | null): Buffer[] =>
    bytes === null ? [varint(-1)] : [varint(bytes.length), bytes];
  const records = written.map(({ offsetDelta, timestampDelta, key, value, headers }) => {
    const header = Buffer.concat([...part(Buffer.from('name')), ...part(Buffer.from('value'))]);
    const body = Buffer.concat([
      Buffer.from([0]),
      varint(timestampDelta),
      varint(offsetDelta),
      ...part(key),
      ...part(value),
      varint(headers),
      ...Array.from({ length: headers }, () => header),
    ]);
    return Buffer.concat([varint(body.length), body]);
  });
  return {
    firstOffset: String(firstOffset),
    lastOffset: String(firstOffset + BigInt(written.at(-1)?.offsetDelta ?? 0)),
    count: written.length,
    recordsBuffer: Buffer.concat(records),
    firstTimestamp: String(FIRST_TIMESTAMP),
    maxTimestamp: String(FIRST_TIMESTAMP + 5_000),
    timestampType: CREATE_TIME,
    records: [],
    ...more,
  };
}

const written = (offsetDelta: number, key: string | null, value: string | null): Written => ({
  offsetDelta,
  timestampDelta: 0,
  key: key === null ? null : Buffer.from(key),
  value: value === null ? null : Buffer.from(value),
  headers: 0,
});

describe('a chunk', () => {
  test('has the records, their offsets and the range they were read from', () => {
    const batch = recordBatch(7n, [
      written(0, 'CL-100', '{"ticket_id":"TCK-00001"}'),
      written(3, null, null),
    ]);
    const chunk = toChunk({ partition: 2, fetchedOffset: 7n, endOffset: 12n, recordBatches: [batch] });
    expect(chunk).toMatchObject({ partition: 2, startOffset: 7n, endOffset: 12n });
    const timestamp = FIRST_TIMESTAMP;
    expect([...chunk.records]).toEqual([
      { offset: 7n, timestamp, key: Buffer.from('CL-100'), value: Buffer.from('{"ticket_id":"TCK-00001"}') },
      { offset: 10n, timestamp, key: null, value: null },
    ]);
  });

  /** The batch as a view on a response that holds as many other bytes. */
  function inResponse(batch: RecordBatch, others: number): RecordBatch {
    const records = batch.recordsBuffer ?? Buffer.alloc(0);
    const response = Buffer.allocUnsafeSlow(records.length + others);
    response.set(records, others);
    return { ...batch, recordsBuffer: response.subarray(others) };
  }

  test.each([
    { others: 5_000, holds: 'a copy of it', isCopied: true },
    { others: 40, holds: 'the response', isCopied: false },
  ])(
    'of a response with $others bytes for others holds $holds, and knows how much',
    ({ others, isCopied }) => {
      const batch = inResponse(recordBatch(0n, [written(0, 'CL-100', 'a'.repeat(1_000))]), others);
      const chunk = toChunk({ partition: 0, fetchedOffset: 0n, endOffset: 1n, recordBatches: [batch] });
      const { bytes } = chunk.records;
      expect(bytes.buffer === batch.recordsBuffer?.buffer).toBe(!isCopied);
      expect(bytes.buffer.byteLength).toBeLessThan(1_100);
      expect(chunk.bytes).toBe(bytes.buffer.byteLength + 32);
      expect(Buffer.from(chunk.records.at(0).value ?? []).toString()).toBe('a'.repeat(1_000));
    },
  );

  test('begins at the offset that was asked for, also when the record batch began earlier', () => {
    const batch = recordBatch(5n, [written(0, null, 'a'), written(1, null, 'b'), written(2, null, 'c')]);
    const chunk = toChunk({ partition: 0, fetchedOffset: 6n, endOffset: 8n, recordBatches: [batch] });
    expect([...chunk.records].map(({ offset }) => offset)).toEqual([6n, 7n]);
  });

  test('has the time of the append where the topic says so', () => {
    const batch = recordBatch(0n, [written(0, null, 'a')], { timestampType: LOG_APPEND_TIME });
    const chunk = toChunk({ partition: 0, fetchedOffset: 0n, endOffset: 1n, recordBatches: [batch] });
    expect(chunk.records.at(0).timestamp).toBe(FIRST_TIMESTAMP + 5_000);
  });

  test('has the messages of brokers that know no record batches', () => {
    const message = { offset: '4', timestamp: '5', key: null, value: Buffer.from('old'), attributes: 0 };
    const batch = { firstOffset: '3', lastOffset: '4', count: 2 };
    const messages = [{ ...message, offset: '3' }, message].map((each) => ({ ...each, headers: {} }));
    const chunk = toChunk({
      partition: 0,
      fetchedOffset: 4n,
      endOffset: 5n,
      recordBatches: [{ ...batch, records: messages }],
    });
    expect([...chunk.records]).toEqual([{ offset: 4n, timestamp: 5, key: null, value: Buffer.from('old') }]);
  });

  test('is refused when a record does not fit its length', () => {
    const { recordsBuffer, ...batch } = recordBatch(0n, [written(0, 'key', 'value')]);
    const cut = { ...batch, recordsBuffer: recordsBuffer?.subarray(0, -3) ?? Buffer.alloc(0) };
    const read = (): unknown =>
      toChunk({ partition: 0, fetchedOffset: 0n, endOffset: 1n, recordBatches: [cut] });
    expect(read).toThrow(/record 0 of the batch at offset 0 does not fit its length/);
  });

  test('holds every record of any record batches, as they were written', () => {
    const bytes = fc.uint8Array({ maxLength: 300 }).map((part) => Buffer.from(part));
    const record = fc.record({
      skip: fc.nat(300),
      timestampDelta: fc.integer({ min: -(2 ** 50), max: 2 ** 50 }),
      key: fc.option(bytes),
      value: fc.option(bytes),
      headers: fc.nat(3),
    });
    const firstOffset = fc.bigInt({ min: 0n, max: 2n ** 62n });
    fc.assert(
      fc.property(
        firstOffset,
        fc.array(fc.array(record, { maxLength: 6 }), { maxLength: 3 }),
        (start, all) => {
          let next = start;
          const expected: unknown[] = [];
          const recordBatches = all.map((each) => {
            const first = next;
            const records = each.map(({ skip, ...rest }) => {
              next += BigInt(skip);
              const offsetDelta = Number(next - first);
              const { key, value, timestampDelta } = rest;
              expected.push({ offset: next, timestamp: FIRST_TIMESTAMP + timestampDelta, key, value });
              next += 1n;
              return { ...rest, offsetDelta };
            });
            return recordBatch(first, records);
          });
          const chunk = toChunk({ partition: 0, fetchedOffset: start, endOffset: next, recordBatches });
          expect([...chunk.records]).toEqual(expected);
        },
      ),
    );
  });
});
