import {
  RecordBlock,
  RecordBlockBuilder,
  type RecordChunk,
  type SourceRecord,
} from '@client-tickets/micro-batch';
import type { KafkaMessage, RecordBatch } from 'kafkajs';
import { BatchDamage, readRecordBatch } from './record-batch-reader.ts';
import { unreadableBatch, type BatchPlace } from './unreadable-batch.ts';

/** What one fetch brought of a partition: what is left of `[fetchedOffset, endOffset)` once filtered. */
export interface FetchedBatch {
  readonly topic: string;
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
 *
 * Offsets are a producer's and a broker's word. Throws a `KafkaError` `unreadable_batch` where they can't be right;
 * `onLie` is told of a batch whose offsets are known although its records say something else.
 */
export function toChunk(fetched: FetchedBatch, onLie: (lie: OffsetLie) => void): RecordChunk {
  const { partition, fetchedOffset, endOffset, recordBatches } = fetched;
  checkOrder(fetched);
  const stored = recordBatches.flatMap((batch) =>
    batch.recordsBuffer === undefined ? [] : [{ batch, bytes: batch.recordsBuffer }],
  );
  const records =
    stored.length === recordBatches.length
      ? packRecords(stored, fetched, onLie)
      : RecordBlock.of(recordBatches.flatMap((batch) => readMessages(batch.records, fetchedOffset)));
  return { partition, startOffset: fetchedOffset, endOffset, records, bytes: records.memoryBytes };
}

/** A record whose offset in the batch is not what it says. */
export interface OffsetLie extends BatchPlace {
  /** In the batch, from 0 on. */
  readonly record: number;
}

/** Each batch lies behind the one before it, the first reaches the offset that was asked for, and none ends too late. */
function checkOrder({ topic, partition, fetchedOffset, endOffset, recordBatches }: FetchedBatch): void {
  let reached = fetchedOffset;
  for (const [index, { firstOffset, lastOffset }] of recordBatches.entries()) {
    const [first, last] = [BigInt(firstOffset), BigInt(lastOffset)];
    if ((index === 0 || first >= reached) && last >= first && last >= reached && last < endOffset) {
      reached = last + 1n;
      continue;
    }
    const expected = `expected one that ${index === 0 ? 'reaches' : 'begins at or behind'} offset ${reached}`;
    throw unreadableBatch(
      { topic, partition, firstOffset, lastOffset },
      `${expected} and ends before ${endOffset}`,
    );
  }
}

interface StoredBatch {
  readonly batch: RecordBatch;
  readonly bytes: Uint8Array;
}

function packRecords(
  stored: readonly StoredBatch[],
  { topic, partition, fetchedOffset }: FetchedBatch,
  onLie: (lie: OffsetLie) => void,
): RecordBlock {
  const { bytes, starts } = gather(stored.map((each) => each.bytes));
  const capacity = stored.reduce((sum, each) => sum + roomFor(each), 0);
  const block = new RecordBlockBuilder({ bytes, baseOffset: fetchedOffset, capacity });
  for (const [index, { batch, bytes: own }] of stored.entries()) {
    const { firstOffset, lastOffset } = batch;
    const place = { topic, partition, firstOffset, lastOffset };
    const start = starts[index] ?? 0;
    try {
      const record = readRecordBatch(batch, start, start + own.length, block);
      if (record !== undefined) onLie({ ...place, record });
    } catch (error) {
      throw error instanceof BatchDamage ? unreadableBatch(place, error.message) : error;
    }
  }
  return block.build();
}

const SMALLEST_RECORD_BYTES = 6; // length, attributes, two differences, two lengths

/** A batch may claim any number of records; there are no more than its bytes have room for. */
function roomFor({ batch, bytes }: StoredBatch): number {
  return Math.min(batch.count, Math.floor(bytes.length / SMALLEST_RECORD_BYTES));
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
