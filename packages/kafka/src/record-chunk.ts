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
 * A chunk that owns its memory. What kafkajs hands over are views on the whole response of a broker, up to `maxFetchBytes`
 * for all partitions together: one small record that waits somewhere would keep all of it. So record batches are copied,
 * whole, into one buffer a chunk, and where each record lies in there is noted down; no object is made for it.
 */
export function toChunk({ partition, fetchedOffset, endOffset, recordBatches }: FetchedBatch): RecordChunk {
  const records = recordBatches.every(({ recordsBuffer }) => recordsBuffer !== undefined)
    ? packRecords(recordBatches, fetchedOffset)
    : RecordBlock.of(recordBatches.flatMap((batch) => readMessages(batch.records, fetchedOffset)));
  return { partition, startOffset: fetchedOffset, endOffset, records, bytes: records.memoryBytes };
}

function packRecords(recordBatches: readonly RecordBatch[], baseOffset: bigint): RecordBlock {
  const capacity = recordBatches.reduce((sum, { count }) => sum + count, 0);
  const size = recordBatches.reduce((sum, { recordsBuffer }) => sum + (recordsBuffer?.length ?? 0), 0);
  const block = {
    length: 0,
    bytes: Buffer.allocUnsafeSlow(size),
    baseOffset,
    offsets: new Float64Array(capacity),
    timestamps: new Float64Array(capacity),
    parts: new Int32Array(4 * capacity),
  };
  let used = 0;
  for (const batch of recordBatches) {
    const { recordsBuffer } = batch;
    if (recordsBuffer === undefined) continue;
    block.bytes.set(recordsBuffer, used);
    readRecordBatch(batch, used, used + recordsBuffer.length, block);
    used += recordsBuffer.length;
  }
  return new RecordBlock(block);
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
