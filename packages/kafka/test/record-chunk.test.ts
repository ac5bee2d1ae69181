import fc from 'fast-check';
import type { RecordBatch } from 'kafkajs';
import { describe, expect, test } from 'vitest';
import { toChunk as readChunk, type FetchedBatch, type OffsetLie } from '../src/record-chunk.ts';

interface Written {
  readonly offsetDelta: number;
  readonly timestampDelta: number;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: number;
}

/** Reads what must have no lies in it. */
const toChunk = (fetched: Omit<FetchedBatch, 'topic'>) =>
  readChunk({ topic: 'client_tickets', ...fetched }, (lie) => expect.unreachable(JSON.stringify(lie)));

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
    expect(read).toThrow(
      /record batch at offsets 0 to 0 of client_tickets, partition 0, can't be read: its record 0 does not fit its length/,
    );
  });

  describe('with offsets that can not be right', () => {
    const read = (fetched: Partial<FetchedBatch>) => {
      const lies: OffsetLie[] = [];
      const all = { topic: 'client_tickets', partition: 1, fetchedOffset: 100n, endOffset: 1_000n };
      const recordBatches: readonly RecordBatch[] = [];
      const chunk = readChunk({ ...all, recordBatches, ...fetched }, (lie) => lies.push(lie));
      return { offsets: [...chunk.records].map(({ offset }) => Number(offset)), lies };
    };
    const batchOf = (deltas: readonly number[], lastDelta: number): RecordBatch =>
      recordBatch(
        100n,
        deltas.map((delta) => written(delta, null, 'a')),
        { lastOffset: String(100 + lastDelta) },
      );

    test.each([
      { deltas: [0, 1_000_000, 2], lie: 1 },
      { deltas: [0, 1, -90], lie: 2 },
      { deltas: [2, 1, 0], lie: 0 },
      { deltas: [1, 1, 1], lie: 0 },
      { deltas: [0, 2 ** 40, 2], lie: 1 },
    ])('goes by position where each offset has a record, whatever $deltas say', ({ deltas, lie }) => {
      const { offsets, lies } = read({ recordBatches: [batchOf(deltas, 2)] });
      expect(offsets).toEqual([100, 101, 102]);
      expect(lies).toEqual([
        { topic: 'client_tickets', partition: 1, firstOffset: '100', lastOffset: '102', record: lie },
      ]);
    });

    test.each([
      {
        deltas: [0, 1_000_000, 8],
        problem: 'its record 1 says that it has offset 1000100, expected one from 101 on',
      },
      { deltas: [0, 3, -90], problem: 'its record 2 says that it has offset 10, expected one from 104 on' },
      { deltas: [5, 5], problem: 'its record 1 says that it has offset 105, expected one from 106 on' },
      { deltas: [5, 3], problem: 'its record 1 says that it has offset 103, expected one from 106 on' },
      { deltas: [0, 10], problem: 'its record 1 says that it has offset 110, expected one from 101 on' },
      { deltas: [-1], problem: 'its record 0 says that it has offset 99, expected one from 100 on' },
    ])('refuses $deltas where compaction has left gaps', ({ deltas, problem }) => {
      const reading = () => read({ recordBatches: [batchOf(deltas, 9)] });
      expect(reading).toThrow(expect.objectContaining({ name: 'KafkaError', code: 'unreadable_batch' }));
      expect(reading).toThrow(
        `The record batch at offsets 100 to 109 of client_tickets, partition 1, can't be read: ${problem}`,
      );
      expect(reading).toThrow('deleting the records before offset 110 of this partition');
    });

    test('refuses more records than offsets, and bytes that belong to no record', () => {
      expect(() => read({ recordBatches: [batchOf([0, 1, 2], 1)] })).toThrow(
        'it has 3 records for 2 offsets',
      );
      const few = { ...batchOf([0, 1, 2], 2), count: 2, lastOffset: '101' };
      expect(() => read({ recordBatches: [few] })).toThrow(/its 2 records leave \d+ bytes over/);
      const many = { ...batchOf([0], 2 ** 31 - 1), count: 2 ** 31 };
      expect(() => read({ recordBatches: [many], endOffset: 2n ** 40n })).toThrow(
        'its record 1 does not fit its length',
      );
    });

    const at = (first: bigint, last: bigint): RecordBatch =>
      recordBatch(first, [written(0, null, 'a')], { lastOffset: String(last) });

    test.each([
      { name: 'begins before the end of the one before it', batches: [at(100n, 120n), at(120n, 130n)] },
      { name: 'lies before the one before it', batches: [at(110n, 120n), at(100n, 109n)] },
      { name: 'ends before it begins', batches: [at(110n, 105n)] },
      { name: 'ends before the offset that was asked for', batches: [at(90n, 99n)] },
      { name: 'ends at the end of what was fetched', batches: [at(100n, 1_000n)] },
    ])('refuses a batch that $name', ({ batches }) => {
      expect(() => read({ recordBatches: batches })).toThrow(
        expect.objectContaining({ code: 'unreadable_batch' }),
      );
    });

    test('takes batches with offsets missing between them', () => {
      expect(read({ recordBatches: [at(95n, 100n), at(104n, 110n)] }).offsets).toEqual([104]);
    });

    test('takes times that no date can hold for what they are', () => {
      const far = { firstTimestamp: String(2n ** 63n - 1n) };
      const batch = recordBatch(100n, [{ ...written(0, null, 'a'), timestampDelta: -(2 ** 52) }], far);
      const chunk = toChunk({ partition: 1, fetchedOffset: 100n, endOffset: 101n, recordBatches: [batch] });
      expect(chunk.records.at(0).timestamp).toBe(2 ** 63 - 2 ** 52);
    });
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
            if (records.length === 0) next += 1n; // one that compaction has emptied keeps its range
            return recordBatch(first, records);
          });
          const chunk = toChunk({ partition: 0, fetchedOffset: start, endOffset: next, recordBatches });
          expect([...chunk.records]).toEqual(expected);
        },
      ),
    );
  });
});
