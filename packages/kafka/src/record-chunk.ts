import type { RecordChunk, SourceRecord } from '@client-tickets/micro-batch';
import type { KafkaMessage } from 'kafkajs';

// What a record costs beside its bytes: the object, its offset and its time.
const RECORD_OVERHEAD_BYTES = 128;

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
  const keep = (bytes: Buffer | null): Part => {
    const start = used;
    if (bytes === null) return { start, length: -1 };
    memory.set(bytes, start);
    used += bytes.length;
    return { start, length: bytes.length };
  };
  const records = messages.map(
    ({ offset, timestamp, key, value }) =>
      new ChunkRecord(memory, BigInt(offset), Number(timestamp), keep(key), keep(value)),
  );
  const bytes = size + records.length * RECORD_OVERHEAD_BYTES;
  return { partition, startOffset: fetchedOffset, endOffset, records, bytes };
}

/** Of the chunk's memory; length -1: null. */
interface Part {
  readonly start: number;
  readonly length: number;
}

/**
 * A record whose key and value become views only when they are asked for: two views on a buffer weigh more than a ticket,
 * and of the records that wait, most are asked for their value once and for their key never.
 */
class ChunkRecord implements SourceRecord {
  readonly offset: bigint;
  readonly timestamp: number;
  readonly #memory: Buffer;
  readonly #keyStart: number;
  readonly #keyLength: number;
  readonly #valueStart: number;
  readonly #valueLength: number;

  constructor(memory: Buffer, offset: bigint, timestamp: number, key: Part, value: Part) {
    this.offset = offset;
    this.timestamp = timestamp;
    this.#memory = memory;
    this.#keyStart = key.start;
    this.#keyLength = key.length;
    this.#valueStart = value.start;
    this.#valueLength = value.length;
  }

  get key(): Uint8Array | null {
    return this.#view(this.#keyStart, this.#keyLength);
  }

  get value(): Uint8Array | null {
    return this.#view(this.#valueStart, this.#valueLength);
  }

  #view(start: number, length: number): Uint8Array | null {
    return length < 0 ? null : this.#memory.subarray(start, start + length);
  }
}
