import { windowName, type WindowState } from '@client-tickets/records';
import { RowColumns, type Counts, type Declaration, type StoredRow } from '@client-tickets/results';
import { readWindowNumber, windowNumber } from './window-number.ts';

/** What a declared query's rows have, and how they are counted. */
export class QueryRows {
  readonly query: Declaration;
  readonly columns: RowColumns;
  readonly windows: Declaration['windows'];
  readonly #counted: readonly number[];
  /** Where the time and the kind of a row are that its window is found by. */
  readonly #timed: number;
  readonly #kind: number;

  constructor(query: Declaration) {
    this.query = query;
    this.windows = query.windows;
    this.columns = new RowColumns(query);
    this.#counted = query.countsFiles.map(({ column }) => this.columns.names.indexOf(column));
    this.#timed = this.columns.names.indexOf(query.windows?.time ?? '');
    this.#kind = this.columns.names.indexOf(query.windows?.column ?? '');
  }

  /** The value of a row for each counts file. */
  readonly countedOf = ({ values }: StoredRow): readonly string[] =>
    this.#counted.map((index) => String(values[index]));

  /** `windowNumber` of its window and kind, `-1` where the query has no windows. */
  readonly windowOf = (row: StoredRow): number => {
    const at = this.timeOf(row);
    if (this.windows === undefined || Number.isNaN(at)) return -1;
    return windowNumber(this.windows, at, this.windows.values.indexOf(String(row.values[this.#kind])));
  };

  /** When what it tells happened, in milliseconds since the epoch; `NaN` where the query has no windows. */
  readonly timeOf = ({ values }: StoredRow): number => {
    const micros = values[this.#timed];
    return typeof micros === 'bigint' ? Number(micros / 1_000n) : Number.NaN;
  };

  get noCounts(): Counts {
    return this.count([]);
  }

  count(rows: Iterable<{ readonly counted: readonly string[] }>): Counts {
    const sums = this.query.countsFiles.map(({ values }) => new Map(values.map((value) => [value, 0])));
    for (const { counted } of rows) {
      for (const [index, value] of counted.entries()) {
        const sum = sums[index];
        sum?.set(value, (sum.get(value) ?? 0) + 1);
      }
    }
    return Object.fromEntries(
      this.query.countsFiles.map(({ name }, index) => [name, Object.fromEntries(sums[index] ?? [])]),
    );
  }

  /** The windows that rows are dated in, late ones too. */
  countWindows(rows: Iterable<{ readonly window: number }>): WindowState['windows'] {
    if (this.windows === undefined) return {};
    const { values } = this.windows;
    const windows = new Map<string, number[]>();
    for (const { window } of rows) {
      const { start, kind } = readWindowNumber(this.windows, window);
      const name = windowName(start);
      const counts = windows.get(name) ?? values.map(() => 0);
      windows.set(name, counts);
      counts[kind] = (counts[kind] ?? 0) + 1;
    }
    return Object.fromEntries(windows);
  }

  /** Both together. */
  merge(a: Counts, b: Counts): Counts {
    return Object.fromEntries(
      this.query.countsFiles.map(({ name, values }) => [
        name,
        Object.fromEntries(values.map((value) => [value, (a[name]?.[value] ?? 0) + (b[name]?.[value] ?? 0)])),
      ]),
    );
  }
}
