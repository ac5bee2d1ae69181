import type { RecordBlockBuilder } from '@client-tickets/micro-batch';
import type { RecordBatch } from 'kafkajs';
import { BatchDamage } from './unreadable-batch.ts';

const LOG_APPEND_TIME = 1;
const MORE = 0x80; // there is another byte
const BITS = 0x7f;

/**
 * Adds the records of a batch, which lie in `block.bytes[start, end)`, to the block. Those before the block's `baseOffset` are
 * left out: a fetch brings whole batches.
 *
 * https://kafka.apache.org/documentation/#record: length, attributes, difference to the first timestamp and offset, key, value
 * and headers; all numbers but the attributes are variable-length and zigzag.
 *
 * The differences between offsets are a producer's word, which brokers check in compressed batches only. A batch that has a
 * record for each of its offsets needs none of them: record `i` is at its first offset plus `i`, and the first record that
 * says otherwise is returned. In others (compaction has removed some) they must ascend within the batch.
 *
 * Throws `BatchDamage` when they do not, or when the records do not fill the batch exactly.
 */
export function readRecordBatch(
  batch: RecordBatch,
  start: number,
  end: number,
  block: RecordBlockBuilder,
): number | undefined {
  const firstOffset = BigInt(batch.firstOffset);
  const lastDelta = Number(BigInt(batch.lastOffset) - firstOffset);
  if (batch.count > lastDelta + 1)
    throw new BatchDamage(`it has ${batch.count} records for ${lastDelta + 1} offsets`);
  const isGapless = batch.count === lastDelta + 1;
  const sinceBase = Number(firstOffset - block.baseOffset);
  const firstTimestamp = Number(batch.firstTimestamp);
  const appendTime = batch.timestampType === LOG_APPEND_TIME ? Number(batch.maxTimestamp) : undefined;
  const varint = new VarintReader(block.bytes);
  let firstLie: number | undefined;
  let previous = -1;
  let at = start;
  for (let index = 0; index < batch.count; index += 1) {
    varint.at = at;
    const length = varint.next();
    const recordEnd = varint.at + length;
    varint.at += 1; // attributes, of which there are none
    const timestamp = firstTimestamp + varint.next();
    const stated = varint.next();
    if (isGapless) {
      if (stated !== index) firstLie ??= index;
    } else if (!(stated > previous && stated <= lastDelta)) {
      throw new BatchDamage(outOfOrder(index, firstOffset, stated, previous));
    }
    const delta = isGapless ? index : stated;
    previous = delta;
    const keyLength = varint.next();
    const keyStart = varint.at;
    if (keyLength > 0) varint.at += keyLength;
    const valueLength = varint.next();
    const valueStart = varint.at;
    if (length < 0 || recordEnd > end || valueStart + Math.max(0, valueLength) > recordEnd)
      throw new BatchDamage(`its record ${index} does not fit its length`);
    at = recordEnd;
    const offsetDelta = sinceBase + delta;
    if (offsetDelta < 0) continue;
    block.add(offsetDelta, appendTime ?? timestamp, keyStart, keyLength, valueStart, valueLength);
  }
  if (at !== end) throw new BatchDamage(`its ${batch.count} records leave ${end - at} bytes over`);
  return firstLie;
}

function outOfOrder(index: number, firstOffset: bigint, stated: number, previous: number): string {
  const offset = (delta: number): bigint => firstOffset + BigInt(delta);
  const expected = `one from ${offset(previous + 1)} on, within the batch`;
  return `its record ${index} says that it has offset ${offset(stated)}, expected ${expected}`;
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
