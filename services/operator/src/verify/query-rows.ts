import { RowColumns, type Counts, type Declaration, type StoredRow } from '@client-tickets/results';

/** What a declared query's rows have, and how they are counted. */
export class QueryRows {
  readonly query: Declaration;
  readonly columns: RowColumns;
  readonly #counted: readonly number[];

  constructor(query: Declaration) {
    this.query = query;
    this.columns = new RowColumns(query);
    this.#counted = query.countsFiles.map(({ column }) => this.columns.names.indexOf(column));
  }

  /** The value of a row for each counts file. */
  readonly countedOf = ({ values }: StoredRow): readonly string[] =>
    this.#counted.map((index) => String(values[index]));

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
