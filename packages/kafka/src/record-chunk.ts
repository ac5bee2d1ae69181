import { RecordBlock, type RecordChunk, type SourceRecord } from '@client-tickets/micro-batch';
import type { KafkaMessage, RecordBatch } from 'kafkajs';
import { readRecordBatch } from './record-batch-reader.ts';

/** What one fetch brought of a partition: what is left of `[fetchedOffset, endOffset)` once filtered. */
export interface FetchedBatch {
  readonly partition: number;
  readonly fetchedOffset: bigint;
  readonly endOffset: bigint;
  /** The first may begin before `fetchedOffset`. */
  readonly recordBatches: readonly RecordBatch[];
}

/**
 * A chunk that owns its memory, and notes down where each record lies in it; no object is made for a record. What kafkajs
 * hands over are views on the whole response of a broker, up to `maxFetchBytes` for all partitions together: one small
 * record that waits somewhere would keep all of it. So record batches are copied, whole, into one buffer, unless they are
 * nearly all that the response holds.
 */
export function toChunk({ partition, fetchedOffset, endOffset, recordBatches }: FetchedBatch): RecordChunk {
  const stored = recordBatches.flatMap((batch) =>
    batch.recordsBuffer === undefined ? [] : [{ batch, bytes: batch.recordsBuffer }],
  );
  const records =
    stored.length === recordBatches.length
      ? packRecords(stored, fetchedOffset)
      : RecordBlock.of(recordBatches.flatMap((batch) => readMessages(batch.records, fetchedOffset)));
  return { partition, startOffset: fetchedOffset, endOffset, records, bytes: records.memoryBytes };
}

interface StoredBatch {
  readonly batch: RecordBatch;
  readonly bytes: Uint8Array;
}

function packRecords(stored: readonly StoredBatch[], baseOffset: bigint): RecordBlock {
  const capacity = stored.reduce((sum, { batch }) => sum + batch.count, 0);
  const { bytes, starts } = gather(stored.map((each) => each.bytes));
  const block = {
    length: 0,
    bytes,
    baseOffset,
    offsets: new Float64Array(capacity),
    timestamps: new Float64Array(capacity),
    parts: new Int32Array(4 * capacity),
  };
  stored.forEach((each, index) => {
    const start = starts[index] ?? 0;
    readRecordBatch(each.batch, start, start + each.bytes.length, block);
  });
  return new RecordBlock(block);
}

/** What a chunk may hold on to of a response for nothing, as a share of it. */
const MOST_WASTE = 0.25;

/** All pieces in one buffer, and where each starts in it: the one they are in already, or a copy. */
function gather(pieces: readonly Uint8Array[]): {
  readonly bytes: Uint8Array;
  readonly starts: readonly number[];
} {
  const size = pieces.reduce((sum, piece) => sum + piece.length, 0);
  const [first] = pieces;
  if (first !== undefined && pieces.every(({ buffer }) => buffer === first.buffer)) {
    const { buffer } = first;
    if (size >= buffer.byteLength * (1 - MOST_WASTE))
      return { bytes: Buffer.from(buffer), starts: pieces.map(({ byteOffset }) => byteOffset) };
  }
  const bytes = Buffer.allocUnsafeSlow(size);
  let used = 0;
  const starts = pieces.map((piece) => {
    bytes.set(piece, used);
    used += piece.length;
    return used - piece.length;
  });
  return { bytes, starts };
}

/** Of a broker before 0.11, whose messages are no record batches. */
function readMessages(messages: readonly KafkaMessage[], from: bigint): readonly SourceRecord[] {
  return messages
    .map(({ offset, timestamp, key, value }) => ({
      offset: BigInt(offset),
      timestamp: Number(timestamp),
      key,
      value,
    }))
    .filter(({ offset }) => offset >= from);
}
