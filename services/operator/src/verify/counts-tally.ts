import type { Counts } from '@client-tickets/results';
import type { ExaminedRow, ExaminedRows } from './examined-rows.ts';
import type { QueryRows } from './query-rows.ts';

/** Counts rows in ascending order of offset, and remembers the counts before each of some offsets. */
export class CountsTally {
  readonly #before = new Map<bigint, Counts>();
  #waiting: readonly bigint[];
  readonly #rows: QueryRows;
  #total: Counts;
  #lastOffset: bigint | undefined;

  constructor(rows: QueryRows, marks: Iterable<bigint>) {
    this.#rows = rows;
    this.#total = rows.noCounts;
    this.#waiting = [...new Set(marks)];
  }

  add(rows: ExaminedRows): void {
    const last = rows.lastOffset;
    if (last === undefined) return;
    for (const mark of this.#waiting.filter((each) => each <= last))
      this.#before.set(mark, this.#merged(rowsBefore(rows, mark)));
    this.#waiting = this.#waiting.filter((mark) => mark > last);
    this.#total = this.#merged(rows);
    this.#lastOffset = last;
  }

  get total(): Counts {
    return this.#total;
  }

  /** Of the last row; `undefined`: there are none. */
  get lastOffset(): bigint | undefined {
    return this.#lastOffset;
  }

  /** The counts of the rows before one of the marks. Throws a `RangeError` for any other offset. */
  before(mark: bigint): Counts {
    const counts = this.#before.get(mark) ?? (this.#waiting.includes(mark) ? this.#total : undefined);
    if (counts === undefined) throw new RangeError(`the counts before offset ${mark} were not asked for`);
    return counts;
  }

  #merged(rows: Iterable<ExaminedRow>): Counts {
    return this.#rows.merge(this.#total, this.#rows.count(rows));
  }
}

function* rowsBefore(rows: Iterable<ExaminedRow>, mark: bigint): Generator<ExaminedRow> {
  for (const row of rows) if (row.offset < mark) yield row;
}
