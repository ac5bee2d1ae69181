import type { OffsetRange } from './offset-range.ts';
import type { SourceRecord } from './source-record.ts';

/** What a block is made of: few large pieces of memory, whatever the number of records. */
interface PackedRecords {
  readonly length: number;
  readonly bytes: Uint8Array;
  readonly baseOffset: bigint;
  readonly offsets: Float64Array;
  readonly timestamps: Float64Array;
  /** Four numbers a record: where its key starts and ends, and where its value does. */
  readonly places: Int32Array;
  /** By index, of those that could not be read. */
  readonly problems: ReadonlyMap<number, string>;
}

const PLACES = 4;
const NULL = -1;

/**
 * The records of a chunk, packed. An object for a record, with two views on its bytes, weighs more than a ticket and takes
 * longer than to read one. Iterate where that does not matter; where it does, ask for the numbers of record `index`.
 *
 * Whether their offsets ascend is up to the source, and checked by the engine: see `findDisorder`.
 */
export class RecordBlock implements Iterable<SourceRecord> {
  readonly length: number;
  /** Holds all keys and values, and perhaps what a log keeps between them. */
  readonly bytes: Uint8Array;
  /** What `offsetDelta` counts from. */
  readonly baseOffset: bigint;
  readonly #offsets: Float64Array;
  readonly #timestamps: Float64Array;
  readonly #places: Int32Array;
  readonly #problems: ReadonlyMap<number, string>;

  constructor({ length, bytes, baseOffset, offsets, timestamps, places, problems }: PackedRecords) {
    this.length = length;
    this.bytes = bytes;
    this.baseOffset = baseOffset;
    this.#offsets = offsets;
    this.#timestamps = timestamps;
    this.#places = places;
    this.#problems = problems;
  }

  /** For sources that have records. Copies their bytes. */
  static of(records: readonly SourceRecord[]): RecordBlock {
    const size = records.reduce((sum, { key, value }) => sum + (key?.length ?? 0) + (value?.length ?? 0), 0);
    const bytes = Buffer.allocUnsafeSlow(size);
    const builder = new RecordBlockBuilder({
      bytes,
      baseOffset: records[0]?.offset ?? 0n,
      capacity: records.length,
    });
    let used = 0;
    const keep = (part: Uint8Array | null): number => {
      if (part === null) return NULL;
      bytes.set(part, used);
      used += part.length;
      return used - part.length;
    };
    for (const { offset, timestamp, key, value, problem } of records) {
      const keyStart = keep(key);
      const valueStart = keep(value);
      const offsetDelta = Number(offset - builder.baseOffset);
      if (problem !== undefined) {
        builder.addUnreadable(offsetDelta, timestamp, problem);
        continue;
      }
      builder.add(offsetDelta, timestamp, keyStart, key?.length ?? NULL, valueStart, value?.length ?? NULL);
    }
    return builder.build();
  }

  /** The same records under other offsets. Copies nothing. */
  movedTo(baseOffset: bigint): RecordBlock {
    return new RecordBlock({
      length: this.length,
      bytes: this.bytes,
      baseOffset,
      offsets: this.#offsets,
      timestamps: this.#timestamps,
      places: this.#places,
      problems: this.#problems,
    });
  }

  /** Memory that the block holds on to. */
  get memoryBytes(): number {
    return (
      this.bytes.byteLength + this.#offsets.byteLength + this.#timestamps.byteLength + this.#places.byteLength
    );
  }

  offsetAt(index: number): bigint {
    return this.baseOffset + BigInt(this.offsetDelta(index));
  }

  /** The record's offset less `baseOffset`. */
  offsetDelta(index: number): number {
    return this.#offsets[index] ?? 0;
  }

  /** In milliseconds since the epoch, as the log has it. */
  timestampAt(index: number): number {
    return this.#timestamps[index] ?? 0;
  }

  /** What `offsetDelta` and `timestampAt` say of all records, for loops over many: a number that a call returns is an object. */
  get all(): { readonly offsetDeltas: Readonly<Float64Array>; readonly timestamps: Readonly<Float64Array> } {
    return { offsetDeltas: this.#offsets, timestamps: this.#timestamps };
  }

  /** Where in `bytes` its key starts; -1 when it is null. */
  keyStart(index: number): number {
    return this.#places[PLACES * index] ?? NULL;
  }

  keyEnd(index: number): number {
    return this.#places[PLACES * index + 1] ?? NULL;
  }

  /** Where in `bytes` its value starts; -1 when it is null. */
  valueStart(index: number): number {
    return this.#places[PLACES * index + 2] ?? NULL;
  }

  valueEnd(index: number): number {
    return this.#places[PLACES * index + 3] ?? NULL;
  }

  /** Its key and value are views. Throws a `RangeError` where there is no such record. */
  at(index: number): SourceRecord {
    if (index < 0 || index >= this.length) throw new RangeError(`record ${index} of ${this.length}`);
    const problem = this.#problems.get(index);
    return {
      offset: this.offsetAt(index),
      timestamp: this.timestampAt(index),
      key: this.#part(this.keyStart(index), this.keyEnd(index)),
      value: this.#part(this.valueStart(index), this.valueEnd(index)),
      ...(problem === undefined ? {} : { problem }),
    };
  }

  *[Symbol.iterator](): Generator<SourceRecord> {
    for (let index = 0; index < this.length; index += 1) yield this.at(index);
  }

  /** How many records lie before `offset`, by halving: right only where offsets ascend. */
  countBefore(offset: bigint): number {
    const wanted = Number(offset - this.baseOffset);
    let low = 0;
    let high = this.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.offsetDelta(middle) < wanted) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** The first record that does not come after the one before it, or lies outside of the range; `undefined`: there is none. */
  findDisorder({ startOffset, endOffset }: OffsetRange): number | undefined {
    const end = Number(endOffset - this.baseOffset);
    let last = Number(startOffset - this.baseOffset) - 1;
    for (let index = 0; index < this.length; index += 1) {
      const delta = this.offsetDelta(index);
      if (!(delta > last && delta < end)) return index; // so that it is true of what is no number, too
      last = delta;
    }
    return undefined;
  }

  #part(start: number, end: number): Uint8Array | null {
    return start === NULL ? null : this.bytes.subarray(start, end);
  }
}

/** Notes down where records lie in `bytes`, which are filled already or are meanwhile. For sources. */
export class RecordBlockBuilder {
  readonly bytes: Uint8Array;
  readonly baseOffset: bigint;
  readonly #offsets: Float64Array;
  readonly #timestamps: Float64Array;
  readonly #places: Int32Array;
  readonly #problems = new Map<number, string>();
  #length = 0;

  constructor(options: {
    readonly bytes: Uint8Array;
    readonly baseOffset: bigint;
    /** The most records that will be added. */
    readonly capacity: number;
  }) {
    this.bytes = options.bytes;
    this.baseOffset = options.baseOffset;
    this.#offsets = new Float64Array(options.capacity);
    this.#timestamps = new Float64Array(options.capacity);
    this.#places = new Int32Array(PLACES * options.capacity);
  }

  /**
   * Adds a record: `offsetDelta` counts from `baseOffset`, `timestamp` is in milliseconds since the epoch, a length of -1 is
   * null. Six numbers, because an object for each record would cost as much as reading it. Throws a `RangeError` when there
   * is no room for it.
   */
  add(
    offsetDelta: number,
    timestamp: number,
    keyStart: number,
    keyLength: number,
    valueStart: number,
    valueLength: number,
  ): void {
    const row = this.#length;
    if (row >= this.#offsets.length) throw new RangeError(`a block of ${row} records is full`);
    this.#offsets[row] = offsetDelta;
    this.#timestamps[row] = timestamp;
    const place = PLACES * row;
    this.#places[place] = keyLength < 0 ? NULL : keyStart;
    this.#places[place + 1] = keyLength < 0 ? NULL : keyStart + keyLength;
    this.#places[place + 2] = valueLength < 0 ? NULL : valueStart;
    this.#places[place + 3] = valueLength < 0 ? NULL : valueStart + valueLength;
    this.#length = row + 1;
  }

  /** Adds a record of which nothing is known but why it could not be read. */
  addUnreadable(offsetDelta: number, timestamp: number, problem: string): void {
    this.add(offsetDelta, timestamp, NULL, NULL, NULL, NULL);
    this.#problems.set(this.#length - 1, problem);
  }

  /** How many records there are so far. */
  get length(): number {
    return this.#length;
  }

  /** Takes back all but the first records, none of which may be unreadable behind them. */
  truncate(length: number): void {
    this.#length = Math.min(this.#length, length);
  }

  build(): RecordBlock {
    return new RecordBlock({
      length: this.#length,
      bytes: this.bytes,
      baseOffset: this.baseOffset,
      offsets: this.#offsets,
      timestamps: this.#timestamps,
      places: this.#places,
      problems: this.#problems,
    });
  }
}
