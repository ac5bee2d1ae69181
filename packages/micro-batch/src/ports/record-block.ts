import type { SourceRecord } from './source.ts';

/** Numbers of `parts` for each record. */
const PARTS = 4;
const NULL = -1;

/** What a block is made of: few large pieces of memory, whatever the number of records. */
export interface RecordBlockParts {
  readonly length: number;
  /** Holds all keys and values, and perhaps what a log keeps between them. */
  readonly bytes: Uint8Array;
  readonly baseOffset: bigint;
  /** Counted from `baseOffset`, ascending. */
  readonly offsets: Float64Array;
  /** In milliseconds since the epoch. */
  readonly timestamps: Float64Array;
  /** Four numbers a record: where in `bytes` its key starts and ends, and where its value does; -1 for both when it is null. */
  readonly parts: Int32Array;
}

/**
 * Records in ascending order of offset, packed. An object for a record, with two views on its bytes, weighs more than a
 * ticket and takes longer than to read one; whoever wants objects iterates, whoever is in a hurry reads the fields.
 */
export class RecordBlock implements RecordBlockParts, Iterable<SourceRecord> {
  readonly length: number;
  readonly bytes: Uint8Array;
  readonly baseOffset: bigint;
  readonly offsets: Float64Array;
  readonly timestamps: Float64Array;
  readonly parts: Int32Array;

  constructor(parts: RecordBlockParts) {
    this.length = parts.length;
    this.bytes = parts.bytes;
    this.baseOffset = parts.baseOffset;
    this.offsets = parts.offsets;
    this.timestamps = parts.timestamps;
    this.parts = parts.parts;
  }

  /** For sources that have records. Copies their bytes. */
  static of(records: readonly SourceRecord[]): RecordBlock {
    const { length } = records;
    const size = records.reduce((sum, { key, value }) => sum + (key?.length ?? 0) + (value?.length ?? 0), 0);
    const bytes = Buffer.allocUnsafeSlow(size);
    const baseOffset = records[0]?.offset ?? 0n;
    const offsets = new Float64Array(length);
    const timestamps = new Float64Array(length);
    const parts = new Int32Array(length * PARTS);
    let used = 0;
    const keep = (part: Uint8Array | null, at: number): void => {
      parts[at] = part === null ? NULL : used;
      if (part !== null) {
        bytes.set(part, used);
        used += part.length;
      }
      parts[at + 1] = part === null ? NULL : used;
    };
    records.forEach(({ offset, timestamp, key, value }, index) => {
      offsets[index] = Number(offset - baseOffset);
      timestamps[index] = timestamp;
      keep(key, index * PARTS);
      keep(value, index * PARTS + 2);
    });
    return new RecordBlock({ length, bytes, baseOffset, offsets, timestamps, parts });
  }

  /** Memory that the block holds on to. */
  get memoryBytes(): number {
    const { bytes, offsets, timestamps, parts } = this;
    return bytes.byteLength + offsets.byteLength + timestamps.byteLength + parts.byteLength;
  }

  offsetAt(index: number): bigint {
    return this.baseOffset + BigInt(this.offsets[index] ?? 0);
  }

  /** Its key and value are views. Throws a `RangeError` where there is no such record. */
  at(index: number): SourceRecord {
    if (index < 0 || index >= this.length) throw new RangeError(`record ${index} of ${this.length}`);
    return {
      offset: this.offsetAt(index),
      timestamp: this.timestamps[index] ?? 0,
      key: this.#part(index * PARTS),
      value: this.#part(index * PARTS + 2),
    };
  }

  *[Symbol.iterator](): Generator<SourceRecord> {
    for (let index = 0; index < this.length; index += 1) yield this.at(index);
  }

  /** How many records lie before `offset`, by halving. */
  countBefore(offset: bigint): number {
    const wanted = Number(offset - this.baseOffset);
    let low = 0;
    let high = this.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.offsets[middle] ?? 0) < wanted) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #part(at: number): Uint8Array | null {
    const start = this.parts[at] ?? NULL;
    return start === NULL ? null : this.bytes.subarray(start, this.parts[at + 1]);
  }
}
