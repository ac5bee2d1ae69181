import type { RecordBlock } from '@client-tickets/micro-batch';

/**
 * When the log says that the rows of a group were written. It is looked up for many rows at once, in a short loop of its own: the
 * path that a record takes is compiled as a whole, and one step more for each record makes it slower than the step itself.
 */
export class LogTimes {
  readonly #times: Float64Array;
  /** Where rows come from that were not looked up yet: those from `row` on, up to the next one's. */
  #blocks: { readonly block: RecordBlock; readonly sinceBase: number; readonly row: number }[] = [];

  /** `times`: milliseconds since the epoch, with room for all rows of the group. */
  constructor(times: Float64Array) {
    this.#times = times;
  }

  /** Rows from `row` on come from `block`, whose first offset is `sinceBase` after the one that `offsets` are counted from. */
  begin(block: RecordBlock, sinceBase: number, row: number): void {
    this.#blocks.push({ block, sinceBase, row });
  }

  /** The times of rows that have begun and come before `end`; `offsets` has the place of each. */
  upTo(end: number, offsets: Float64Array): Float64Array {
    let rowsEnd = end;
    for (const { block, sinceBase, row } of this.#blocks.toReversed()) {
      copyTimes(block, sinceBase, { from: row, to: rowsEnd, offsets, times: this.#times });
      rowsEnd = row;
    }
    return this.#times;
  }

  /** Rows from `row` on go on in the block that was begun last. */
  goOn(row: number): void {
    this.#blocks = this.#blocks.slice(-1).map((last) => ({ ...last, row }));
  }

  /** Lets go of all blocks: no row comes before the next one begins. */
  end(): void {
    this.#blocks = [];
  }
}

/** Both rows and records ascend by their offsets; records that became no rows are passed over. */
function copyTimes(
  block: RecordBlock,
  sinceBase: number,
  rows: {
    readonly from: number;
    readonly to: number;
    readonly offsets: Float64Array;
    readonly times: Float64Array;
  },
): void {
  const { from, to, offsets, times } = rows;
  const { offsetDeltas, timestamps } = block.all;
  let index = 0;
  for (let row = from; row < to; row += 1) {
    const delta = (offsets[row] ?? 0) - sinceBase;
    while ((offsetDeltas[index] ?? delta) < delta) index += 1;
    times[row] = timestamps[index] ?? 0;
  }
}
