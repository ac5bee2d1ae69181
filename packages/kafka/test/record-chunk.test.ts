import zlib from 'node:zlib';
import { BufferPool, type RecordChunk } from '@client-tickets/micro-batch';
import fc from 'fast-check';
import type { RecordBatch } from 'kafkajs';
import { compressFrameSync } from 'lz4-napi';
import { compressSync } from 'snappy';
import { describe, expect, test } from 'vitest';
import { readChunks, type ChunkOptions, type FetchedBatch, type OffsetLie } from '../src/record-chunk.ts';

interface Written {
  readonly offsetDelta: number;
  readonly timestampDelta: number;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: number;
}

const DEFAULTS: ChunkOptions = {
  maxBatchBytes: 64 * 1024 * 1024,
  unreadableBatches: 'stop',
  pool: new BufferPool(0),
  onLie: (lie) => expect.unreachable(JSON.stringify(lie)),
};

async function toChunks(
  fetched: Omit<FetchedBatch, 'topic'>,
  options: Partial<ChunkOptions> = {},
): Promise<readonly RecordChunk[]> {
  const chunks: RecordChunk[] = [];
  for await (const chunk of readChunks({ topic: 'client_tickets', ...fetched }, { ...DEFAULTS, ...options }))
    chunks.push(chunk);
  return chunks;
}

async function toChunk(...given: Parameters<typeof toChunks>): Promise<RecordChunk> {
  const [chunk, ...more] = await toChunks(...given);
  if (chunk === undefined || more.length > 0)
    throw new RangeError(`expected one chunk, found ${more.length + 1}`);
  return chunk;
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
    compression: 0,
    storedRecords: Buffer.concat(records),
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
  test('has the records, their offsets and the range they were read from', async () => {
    const batch = recordBatch(7n, [
      written(0, 'CL-100', '{"ticket_id":"TCK-00001"}'),
      written(3, null, null),
    ]);
    const chunk = await toChunk({ partition: 2, fetchedOffset: 7n, endOffset: 12n, recordBatches: [batch] });
    expect(chunk).toMatchObject({ partition: 2, startOffset: 7n, endOffset: 12n });
    const timestamp = FIRST_TIMESTAMP;
    expect([...chunk.records]).toEqual([
      { offset: 7n, timestamp, key: Buffer.from('CL-100'), value: Buffer.from('{"ticket_id":"TCK-00001"}') },
      { offset: 10n, timestamp, key: null, value: null },
    ]);
  });

  /** The batch as a view on a response that holds as many other bytes. */
  function inResponse(batch: RecordBatch, others: number): RecordBatch {
    const records = batch.storedRecords ?? Buffer.alloc(0);
    const response = Buffer.allocUnsafeSlow(records.length + others);
    response.set(records, others);
    return { ...batch, storedRecords: response.subarray(others) };
  }

  test.each([
    { others: 5_000, holds: 'a copy of it', isCopied: true },
    { others: 40, holds: 'the response', isCopied: false },
  ])(
    'of a response with $others bytes for others holds $holds, and knows how much',
    async ({ others, isCopied }) => {
      const batch = inResponse(recordBatch(0n, [written(0, 'CL-100', 'a'.repeat(1_000))]), others);
      const chunk = await toChunk({ partition: 0, fetchedOffset: 0n, endOffset: 1n, recordBatches: [batch] });
      const { bytes } = chunk.records;
      expect(bytes.buffer === batch.storedRecords?.buffer).toBe(!isCopied);
      expect(bytes.buffer.byteLength).toBeLessThan(1_100);
      expect(chunk.bytes).toBe(bytes.buffer.byteLength + 32);
      expect(Buffer.from(chunk.records.at(0).value ?? []).toString()).toBe('a'.repeat(1_000));
    },
  );

  const bytesOf = ({ storedRecords = Buffer.alloc(0) }: RecordBatch): Buffer => storedRecords;
  const compressed = [
    { name: 'gzip', compression: 1, compress: (data: Buffer): Buffer => zlib.gzipSync(data) },
    { name: 'snappy', compression: 2, compress: (data: Buffer): Buffer => compressSync(data) },
    { name: 'lz4', compression: 3, compress: (data: Buffer): Buffer => compressFrameSync(data) },
  ];

  test.each(compressed)(
    'of $name has memory of its own, which is hardly larger than it has to be',
    async ({ compression, compress }) => {
      for (const size of [20, 3_000, 700_000]) {
        const plain = recordBatch(0n, [written(0, 'CL-100', 'a'.repeat(size)), written(1, null, 'b')]);
        const batch = { ...plain, compression, storedRecords: compress(bytesOf(plain)) };
        const fetched = { partition: 0, fetchedOffset: 0n, endOffset: 2n, recordBatches: [batch] };
        const { records } = await toChunk(fetched);
        const values = [...records].map(({ value }) => Buffer.from(value ?? []).toString());
        expect(values).toEqual(['a'.repeat(size), 'b']);
        const spare = size < 500_000 ? 1 : 128 * 1024;
        expect(records.bytes.buffer.byteLength).toBeLessThanOrEqual(bytesOf(plain).length + spare);
      }
    },
  );

  test.each([
    { bytes: 2_000, takes: 'memory of its own', isUsed: false },
    { bytes: 700_000, takes: 'what one before it gave back', isUsed: true },
    { bytes: 5_000_000, takes: 'memory of its own', isUsed: false },
  ])('of $bytes bytes takes $takes', async ({ bytes, isUsed }) => {
    const pool = new BufferPool(8 * 1024 * 1024);
    const read = (fill: string): Promise<RecordChunk> => {
      const plain = recordBatch(0n, [written(0, null, fill.repeat(bytes))]);
      const batch = { ...plain, compression: 3, storedRecords: compressFrameSync(bytesOf(plain)) };
      return toChunk({ partition: 0, fetchedOffset: 0n, endOffset: 1n, recordBatches: [batch] }, { pool });
    };
    const first = await read('a');
    const second = await read('b');
    expect(second.records.bytes.buffer).not.toBe(first.records.bytes.buffer);
    first.recycle?.();
    const third = await read('c');
    expect(third.records.bytes.buffer === first.records.bytes.buffer).toBe(isUsed);
    expect(Buffer.from(second.records.at(0).value ?? []).toString()).toBe('b'.repeat(bytes));
    expect(Buffer.from(third.records.at(0).value ?? []).toString()).toBe('c'.repeat(bytes));
  });

  test('begins at the offset that was asked for, also when the record batch began earlier', async () => {
    const batch = recordBatch(5n, [written(0, null, 'a'), written(1, null, 'b'), written(2, null, 'c')]);
    const chunk = await toChunk({ partition: 0, fetchedOffset: 6n, endOffset: 8n, recordBatches: [batch] });
    expect([...chunk.records].map(({ offset }) => offset)).toEqual([6n, 7n]);
  });

  test('has the time of the append where the topic says so', async () => {
    const batch = recordBatch(0n, [written(0, null, 'a')], { timestampType: LOG_APPEND_TIME });
    const chunk = await toChunk({ partition: 0, fetchedOffset: 0n, endOffset: 1n, recordBatches: [batch] });
    expect(chunk.records.at(0).timestamp).toBe(FIRST_TIMESTAMP + 5_000);
  });

  test('has the messages of brokers that know no record batches', async () => {
    const message = { offset: '4', timestamp: '5', key: null, value: Buffer.from('old'), attributes: 0 };
    const batch = { firstOffset: '3', lastOffset: '4', count: 2 };
    const messages = [{ ...message, offset: '3' }, message].map((each) => ({ ...each, headers: {} }));
    const chunk = await toChunk({
      partition: 0,
      fetchedOffset: 4n,
      endOffset: 5n,
      recordBatches: [{ ...batch, records: messages }],
    });
    expect([...chunk.records]).toEqual([{ offset: 4n, timestamp: 5, key: null, value: Buffer.from('old') }]);
  });

  test('is refused when a record does not fit its length', async () => {
    const { storedRecords, ...batch } = recordBatch(0n, [written(0, 'key', 'value')]);
    const cut = { ...batch, storedRecords: storedRecords?.subarray(0, -3) ?? Buffer.alloc(0) };
    const read = (): Promise<unknown> =>
      toChunk({ partition: 0, fetchedOffset: 0n, endOffset: 1n, recordBatches: [cut] });
    await expect(read()).rejects.toThrow(
      /record batch at offsets 0 to 0 of client_tickets, partition 0, can't be read: its record 0 does not fit its length/,
    );
  });

  test('has a large record batch alone, if that was decompressed', async () => {
    const recordBatches = [0n, 10n, 20n].map((first, index) => {
      const plain = recordBatch(first, [written(0, null, 'a'.repeat(index === 1 ? 600_000 : 400_000))]);
      return { ...plain, compression: 1, storedRecords: zlib.gzipSync(bytesOf(plain)) };
    });
    const chunks = await toChunks({ partition: 0, fetchedOffset: 0n, endOffset: 25n, recordBatches });
    expect(chunks.map(({ startOffset, endOffset }) => [startOffset, endOffset])).toEqual([
      [0n, 20n],
      [20n, 25n],
    ]);
  });

  test('ends with the record batch that brings it to a mebibyte, where the next one begins', async () => {
    const big = 'a'.repeat(700_000);
    const recordBatches = [0n, 10n, 20n, 30n, 40n].map((first) =>
      recordBatch(first, [written(0, null, big)]),
    );
    const chunks = await toChunks({ partition: 0, fetchedOffset: 0n, endOffset: 45n, recordBatches });
    const ranges = chunks.map(({ startOffset, endOffset, records }) => [
      startOffset,
      endOffset,
      records.length,
    ]);
    expect(ranges).toEqual([
      [0n, 20n, 2],
      [20n, 40n, 2],
      [40n, 45n, 1],
    ]);
  });

  describe('with offsets that cannot be right', () => {
    const read = async (fetched: Partial<FetchedBatch>, options: Partial<ChunkOptions> = {}) => {
      const lies: OffsetLie[] = [];
      const all = { partition: 1, fetchedOffset: 100n, endOffset: 1_000n, recordBatches: [] };
      const chunk = await toChunk({ ...all, ...fetched }, { onLie: (lie) => lies.push(lie), ...options });
      return {
        records: [...chunk.records],
        offsets: [...chunk.records].map(({ offset }) => Number(offset)),
        lies,
      };
    };
    test('writes a batch off as one record that says why, by explicit choice, wherever it is read from', async () => {
      const good = recordBatch(110n, [written(0, 'CL-100', 'a')]);
      const recordBatches = [
        recordBatch(100n, [written(0, null, 'b'), written(3, null, 'c'), written(2, null, 'd')], {
          lastOffset: '109',
        }),
        good,
      ];
      const { records } = await read({ recordBatches }, { unreadableBatches: 'dead-letter' });
      const reason =
        "can't be read: its record 2 says that it has offset 102, expected one from 104 on, within the batch";
      const problem = `the record batch at offsets 100 to 109 ${reason}`;
      expect(records).toEqual([
        { offset: 100n, timestamp: FIRST_TIMESTAMP + 5_000, key: null, value: null, problem },
        { offset: 110n, timestamp: FIRST_TIMESTAMP, key: Buffer.from('CL-100'), value: Buffer.from('a') },
      ]);
      const later = await read({ recordBatches, fetchedOffset: 101n }, { unreadableBatches: 'dead-letter' });
      expect(later.offsets).toEqual([110]);
    });

    test.each([
      {
        name: 'more bytes than it may have',
        batch: recordBatch(100n, [written(0, null, 'a'.repeat(5_000))]),
        limit: 5_000,
      },
      {
        name: 'more records than there may be',
        batch: recordBatch(
          100n,
          Array.from({ length: 200 }, (_, delta) => written(delta, null, null)),
        ),
        limit: 5_000,
      },
    ])('refuses a batch of $name', async ({ batch, limit }) => {
      const reading = read({ recordBatches: [batch] }, { maxBatchBytes: limit });
      await expect(reading).rejects.toMatchObject({ code: 'unreadable_batch' });
      await expect(reading).rejects.toThrow(
        /it decompresses to more than 5000 bytes, the most that KAFKA_MAX_BATCH_BYTES allows/,
      );
      await expect(read({ recordBatches: [batch] }, { maxBatchBytes: 20_000 })).resolves.toBeDefined();
    });

    test('names a codec that there is none of, and one whose data is damaged', async () => {
      const batch = recordBatch(100n, [written(0, null, 'a')]);
      const reading = (compression: number) => read({ recordBatches: [{ ...batch, compression }] });
      await expect(reading(6)).rejects.toThrow('there is no codec 6');
      await expect(reading(1)).rejects.toThrow('its gzip is damaged (incorrect header check)');
      await expect(reading(4)).rejects.toThrow('its zstd is damaged (this is no zstd frame)');
    });

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
    ])('goes by position where each offset has a record, whatever $deltas say', async ({ deltas, lie }) => {
      const { offsets, lies } = await read({ recordBatches: [batchOf(deltas, 2)] });
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
    ])('refuses $deltas where compaction has left gaps', async ({ deltas, problem }) => {
      const reading = read({ recordBatches: [batchOf(deltas, 9)] });
      await expect(reading).rejects.toMatchObject({ name: 'KafkaError', code: 'unreadable_batch' });
      await expect(reading).rejects.toThrow(
        `The record batch at offsets 100 to 109 of client_tickets, partition 1, can't be read: ${problem}`,
      );
      await expect(reading).rejects.toThrow('delete the records before offset 110 of this partition');
    });

    test('refuses more records than offsets, and bytes that belong to no record', async () => {
      await expect(read({ recordBatches: [batchOf([0, 1, 2], 1)] })).rejects.toThrow(
        'it has 3 records for 2 offsets',
      );
      const few = { ...batchOf([0, 1, 2], 2), count: 2, lastOffset: '101' };
      await expect(read({ recordBatches: [few] })).rejects.toThrow(/its 2 records leave \d+ bytes over/);
      const many = { ...batchOf([0], 2 ** 31 - 1), count: 2 ** 31 };
      await expect(read({ recordBatches: [many], endOffset: 2n ** 40n })).rejects.toThrow(
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
    ])('refuses a batch that $name', async ({ batches }) => {
      await expect(read({ recordBatches: batches })).rejects.toThrow(
        expect.objectContaining({ code: 'unreadable_batch' }),
      );
    });

    test('takes batches with offsets missing between them', async () => {
      expect((await read({ recordBatches: [at(95n, 100n), at(104n, 110n)] })).offsets).toEqual([104]);
    });

    test('takes times that no date can hold for what they are', async () => {
      const far = { firstTimestamp: String(2n ** 63n - 1n) };
      const batch = recordBatch(100n, [{ ...written(0, null, 'a'), timestampDelta: -(2 ** 52) }], far);
      const { records } = await read({ recordBatches: [batch], endOffset: 101n });
      expect(records.map(({ timestamp }) => timestamp)).toEqual([2 ** 63 - 2 ** 52]);
    });
  });

  test('holds every record of any record batches, as they were written', async () => {
    const bytes = fc.uint8Array({ maxLength: 300 }).map((part) => Buffer.from(part));
    const record = fc.record({
      skip: fc.nat(300),
      timestampDelta: fc.integer({ min: -(2 ** 50), max: 2 ** 50 }),
      key: fc.option(bytes),
      value: fc.option(bytes),
      headers: fc.nat(3),
    });
    const firstOffset = fc.bigInt({ min: 0n, max: 2n ** 62n });
    await fc.assert(
      fc.asyncProperty(
        firstOffset,
        fc.array(fc.array(record, { maxLength: 6 }), { maxLength: 3 }),
        async (start, all) => {
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
          const chunk = await toChunk({ partition: 0, fetchedOffset: start, endOffset: next, recordBatches });
          expect([...chunk.records]).toEqual(expected);
        },
      ),
    );
  });
});
