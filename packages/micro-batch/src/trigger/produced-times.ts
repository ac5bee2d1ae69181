import type { RecordList } from '../ports/record-list.ts';

/** Records that were produced at about the same time. */
export interface ProducedSlot {
  /** The slot's middle, in milliseconds since the epoch. */
  readonly at: number;
  readonly count: number;
}

/** How finely times are told apart, as long as there is room for it. */
const FINEST_MS = 10;
/** More than these make slots wider: times that far apart need not be known to the hundredth of a second. */
const MOST_SLOTS = 1_000;
const WIDER = 4;

/**
 * When records were produced, by their timestamps: how many in which slot of time. Its size is bounded, whatever the number of
 * records and whatever their times, and taking in records that follow each other in time costs a comparison each.
 */
export class ProducedTimes implements Iterable<ProducedSlot> {
  #slotMs = FINEST_MS;
  /** By the slot's number: its start divided by its width. */
  #counts = new Map<number, number>();

  static of(records: RecordList): ProducedTimes {
    const times = new ProducedTimes();
    let start = 0;
    let end = 0;
    let count = 0;
    for (const { block, from, to } of records.pieces) {
      const { timestamps } = block.all;
      for (let index = from; index < to; index += 1) {
        const at = timestamps[index] ?? 0;
        // Neighbours mostly share their slot: looking it up for each would cost more than all the rest.
        if (at >= start && at < end) {
          count += 1;
          continue;
        }
        if (count > 0) times.add(start, count);
        start = Math.floor(at / FINEST_MS) * FINEST_MS;
        end = start + FINEST_MS;
        count = 1;
      }
    }
    if (count > 0) times.add(start, count);
    return times;
  }

  /** `at`: milliseconds since the epoch. */
  add(at: number, count: number): void {
    const slot = Math.floor(at / this.#slotMs);
    this.#counts.set(slot, (this.#counts.get(slot) ?? 0) + count);
    while (this.#counts.size > MOST_SLOTS) this.#widen();
  }

  addAll(others: Iterable<ProducedSlot>): void {
    for (const { at, count } of others) this.add(at, count);
  }

  /** When the first of the records was produced. */
  get firstAt(): number | undefined {
    for (const { at } of this) return at;
    return undefined;
  }

  /** Ascending only where records were. */
  *[Symbol.iterator](): Generator<ProducedSlot> {
    for (const [slot, count] of this.#counts) yield { at: (slot + 0.5) * this.#slotMs, count };
  }

  #widen(): void {
    const narrow = this.#counts;
    this.#slotMs *= WIDER;
    this.#counts = new Map();
    for (const [slot, count] of narrow) {
      const wide = Math.floor(slot / WIDER);
      this.#counts.set(wide, (this.#counts.get(wide) ?? 0) + count);
    }
  }
}
