import type { OffsetRange } from '@client-tickets/micro-batch';

/** Holds the offsets of one file to its name: of this partition, within the range, ascending. */
export class OffsetOrder {
  readonly #partition: number;
  readonly #range: OffsetRange;
  #previous = -1n;

  constructor(partition: number, range: OffsetRange) {
    this.#partition = partition;
    this.#range = range;
  }

  /** What is wrong with the next offset, if anything. */
  next(partition: number, offset: bigint): string | undefined {
    const { startOffset, endOffset } = this.#range;
    const previous = this.#previous;
    this.#previous = offset;
    if (partition !== this.#partition) return `expected partition ${this.#partition}, found ${partition}`;
    if (offset < startOffset || offset >= endOffset) {
      return `expected an offset of ${startOffset} to ${endOffset - 1n}, found ${offset}`;
    }
    return offset > previous ? undefined : `expected an offset after ${previous}, found ${offset}`;
  }
}
