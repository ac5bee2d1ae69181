import type { RecordChunk, SourceRecord } from '@client-tickets/micro-batch';
import type { KafkaMessage } from 'kafkajs';

// What a record costs beside its bytes: the object, the offset, two views on the chunk's buffer.
const RECORD_OVERHEAD_BYTES = 300;

/** One fetched batch of a partition: what is left of `[fetchedOffset, endOffset)` once filtered. */
export interface FetchedBatch {
  readonly partition: number;
  readonly fetchedOffset: bigint;
  readonly endOffset: bigint;
  readonly messages: readonly KafkaMessage[];
}

/**
 * A chunk that owns its memory. kafkajs's keys and values are views on the whole response of a broker, up to
 * `maxFetchBytes` for all partitions together: one small record that waits somewhere would keep all of it. So the bytes
 * are copied into one buffer a chunk, and `bytes` is what the chunk really holds on to.
 */
export function toChunk({ partition, fetchedOffset, endOffset, messages }: FetchedBatch): RecordChunk {
  const size = messages.reduce((sum, { key, value }) => sum + (key?.length ?? 0) + (value?.length ?? 0), 0);
  const memory = Buffer.allocUnsafeSlow(size);
  let used = 0;
  const keep = (bytes: Buffer | null): Uint8Array | null => {
    if (bytes === null) return null;
    const start = used;
    used += bytes.copy(memory, start);
    return memory.subarray(start, used);
  };
  const records = messages.map(({ offset, timestamp, key, value }): SourceRecord => ({
    offset: BigInt(offset),
    timestamp: Number(timestamp),
    key: keep(key),
    value: keep(value),
  }));
  const bytes = size + records.length * RECORD_OVERHEAD_BYTES;
  return { partition, startOffset: fetchedOffset, endOffset, records, bytes };
}
