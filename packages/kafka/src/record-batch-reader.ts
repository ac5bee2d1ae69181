import type { RecordBlockParts } from '@client-tickets/micro-batch';
import type { RecordBatch } from 'kafkajs';
import { KafkaError } from './kafka-error.ts';

const LOG_APPEND_TIME = 1;
const MORE = 0x80; // there is another byte
const BITS = 0x7f;

/** A block that is being filled: `length` records so far. */
export type GrowingBlock = { length: number } & Omit<RecordBlockParts, 'length'>;

/**
 * Adds the records of a batch, which lie in `block.bytes[start, end)`, to the block. Those before the block's `baseOffset` are
 * left out: a fetch brings whole batches.
 *
 * https://kafka.apache.org/documentation/#record: length, attributes, difference to the first timestamp and offset, key, value
 * and headers; all numbers but the attributes are variable-length and zigzag. Throws `KafkaError` `failed` when a record does
 * not fit its length.
 */
export function readRecordBatch(batch: RecordBatch, start: number, end: number, block: GrowingBlock): void {
  const { offsets, timestamps, parts } = block;
  const firstOffset = Number(BigInt(batch.firstOffset) - block.baseOffset);
  const firstTimestamp = Number(batch.firstTimestamp);
  const appendTime = batch.timestampType === LOG_APPEND_TIME ? Number(batch.maxTimestamp) : undefined;
  const varint = new VarintReader(block.bytes);
  let at = start;
  for (let index = 0; index < batch.count; index += 1) {
    varint.at = at;
    const length = varint.next();
    const recordEnd = varint.at + length;
    varint.at += 1; // attributes, of which there are none
    const timestamp = firstTimestamp + varint.next();
    const offset = firstOffset + varint.next();
    const keyLength = varint.next();
    const keyStart = varint.at;
    if (keyLength > 0) varint.at += keyLength;
    const valueLength = varint.next();
    const valueStart = varint.at;
    if (length < 0 || recordEnd > end || valueStart + Math.max(0, valueLength) > recordEnd) {
      throw new KafkaError(
        'failed',
        `record ${index} of the batch at offset ${batch.firstOffset} does not fit its length: the batch is damaged`,
      );
    }
    at = recordEnd;
    if (offset < 0) continue;
    const row = block.length;
    offsets[row] = offset;
    timestamps[row] = appendTime ?? timestamp;
    const part = row * 4;
    parts[part] = keyLength < 0 ? -1 : keyStart;
    parts[part + 1] = keyLength < 0 ? -1 : keyStart + keyLength;
    parts[part + 2] = valueLength < 0 ? -1 : valueStart;
    parts[part + 3] = valueLength < 0 ? -1 : valueStart + valueLength;
    block.length += 1;
  }
}

class VarintReader {
  at = 0;
  readonly #bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  next(): number {
    const first = this.#bytes[this.at++] ?? 0;
    if (first < MORE) return (first >>> 1) ^ -(first & 1);
    const second = this.#bytes[this.at] ?? 0;
    if (second >= MORE) return this.#longer(first);
    this.at += 1;
    const value = (second << 7) | (first & BITS);
    return (value >>> 1) ^ -(value & 1);
  }

  /** As floating point, because times take more than 32 bits. */
  #longer(first: number): number {
    let value = first & BITS;
    let factor = 128;
    let byte = first;
    while (byte >= MORE) {
      byte = this.#bytes[this.at++] ?? 0;
      value += (byte & BITS) * factor;
      factor *= 128;
    }
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }
}
