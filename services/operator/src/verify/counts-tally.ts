import type { TicketState } from '@client-tickets/results';
import { countTickets, emptyCounts, mergeCounts } from '@client-tickets/tickets';
import type { ExaminedTicket } from './examine-tickets.ts';

/** Counts tickets in ascending order of offset, and remembers the counts before each of some offsets. */
export class CountsTally {
  readonly #before = new Map<bigint, TicketState>();
  #waiting: readonly bigint[];
  #total: TicketState = emptyCounts;
  #lastOffset: bigint | undefined;

  constructor(marks: Iterable<bigint>) {
    this.#waiting = [...new Set(marks)];
  }

  add(tickets: readonly ExaminedTicket[]): void {
    const last = tickets.at(-1);
    if (last === undefined) return;
    for (const mark of this.#waiting.filter((each) => each <= last.kafka_offset)) {
      const before = tickets.filter(({ kafka_offset }) => kafka_offset < mark);
      this.#before.set(mark, mergeCounts(this.#total, countTickets(before)));
    }
    this.#waiting = this.#waiting.filter((mark) => mark > last.kafka_offset);
    this.#total = mergeCounts(this.#total, countTickets(tickets));
    this.#lastOffset = last.kafka_offset;
  }

  get total(): TicketState {
    return this.#total;
  }

  /** Of the last ticket; `undefined`: there are none. */
  get lastOffset(): bigint | undefined {
    return this.#lastOffset;
  }

  /** The counts of the tickets before one of the marks. Throws a `RangeError` for any other offset. */
  before(mark: bigint): TicketState {
    const counts = this.#before.get(mark) ?? (this.#waiting.includes(mark) ? this.#total : undefined);
    if (counts === undefined) throw new RangeError(`the counts before offset ${mark} were not asked for`);
    return counts;
  }
}
