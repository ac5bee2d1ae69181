import { FORMATS, type ListedFile, type StoredRow } from '@client-tickets/results';
import type { Bodies } from './file-bodies.ts';
import type { FileProblems } from './file-problems.ts';
import type { MergedSlice } from './merged-rows.ts';
import { OffsetOrder } from './offset-order.ts';
import type { QueryRows } from './query-rows.ts';

/** What is kept of a row: there may be tens of thousands in a range. */
export interface ExaminedRow {
  readonly offset: bigint;
  /** Its value for each counts file. */
  readonly counted: readonly string[];
  /** As `QueryRows.windowOf` says. */
  readonly window: number;
  /** As `QueryRows.timeOf` says. */
  readonly at: number;
}

/** A file whose rows can be read. */
interface Readable {
  readonly file: ListedFile;
  readonly rows: () => Iterable<StoredRow>;
}

/**
 * The rows of one range, from the first of its files that can be read to its end. The others, and the rows of the file that they were
 * `merged` to, are compared with it row by row. None is held in memory as a whole, but for Parquet's columns. `onRow` may see rows of a
 * file that can't be read to its end.
 */
export async function examineRows(
  rows: QueryRows,
  files: readonly ListedFile[],
  bodies: Bodies,
  merged: { readonly file: ListedFile; readonly slice: MergedSlice } | undefined,
  problems: FileProblems,
  onRow: (row: StoredRow) => void,
): Promise<readonly ExaminedRow[]> {
  const readable: Readable[] = [];
  for (const file of files) {
    const body = bodies.get(file.key);
    if (body === undefined) {
      if (merged === undefined) problems.add(file, 'file_missing', 'was listed, but is not there');
      continue;
    }
    try {
      if (body instanceof Error) throw body;
      readable.push({ file, rows: await FORMATS[file.format].read(rows.columns, body, file.range) });
    } catch (error) {
      problems.damaged(file, error);
    }
  }
  if (merged !== undefined) {
    const { file, slice } = merged;
    if (slice instanceof Error) problems.damaged(file, slice);
    else if (slice.length > 0) readable.push({ file, rows: () => slice });
    else if (readable.length > 0) problems.add(file, 'rows_wrong', NOT_MERGED);
  }
  for (const [index, first] of readable.entries()) {
    try {
      return collect(rows, first, readable.slice(index + 1), problems, onRow);
    } catch (error) {
      problems.damaged(first.file, error);
    }
  }
  return [];
}

const NOT_MERGED = 'holds no row of a range that has a file of rows';

/** Throws when the first one can't be read to its end. */
function collect(
  { columns, countedOf, windowOf, timeOf }: QueryRows,
  { file, rows }: Readable,
  others: readonly Readable[],
  problems: FileProblems,
  onRow: (row: StoredRow) => void,
): readonly ExaminedRow[] {
  const order = new OffsetOrder(file.partition, file.range);
  const comparisons = others.map(
    (other) => new Comparison(other, problems, (a, b) => columns.differing(a, b)),
  );
  const examined: ExaminedRow[] = [];
  for (const row of rows()) {
    examined.push({ offset: row.offset, counted: countedOf(row), window: windowOf(row), at: timeOf(row) });
    const problem = order.next(row.partition, row.offset);
    if (problem !== undefined) problems.add(file, 'rows_wrong', `row ${examined.length}: ${problem}`);
    onRow(row);
    for (const comparison of comparisons) comparison.next(row);
  }
  if (examined.length === 0) problems.add(file, 'rows_wrong', 'holds no rows; such a file is never written');
  for (const comparison of comparisons) comparison.end();
  return examined;
}

/** Follows the rows of another file of the same range. */
class Comparison {
  readonly #file: ListedFile;
  readonly #problems: FileProblems;
  readonly #rows: Iterator<StoredRow>;
  readonly #differing: (a: StoredRow, b: StoredRow) => string | undefined;
  #count = 0;

  constructor(
    { file, rows }: Readable,
    problems: FileProblems,
    differing: (a: StoredRow, b: StoredRow) => string | undefined,
  ) {
    this.#file = file;
    this.#problems = problems;
    this.#rows = rows()[Symbol.iterator]();
    this.#differing = differing;
  }

  next(expected: StoredRow): void {
    const found = this.#pull();
    if (found === undefined) {
      this.#problems.add(
        this.#file,
        'formats_differ',
        `ends after ${this.#count} rows, the other format goes on`,
      );
      return;
    }
    const column = this.#differing(expected, found);
    if (column === undefined) return;
    const what = `row ${this.#count} (offset ${expected.offset}) differs from the other format in ${column}`;
    this.#problems.add(this.#file, 'formats_differ', what);
  }

  end(): void {
    if (this.#pull() === undefined) return;
    this.#problems.add(
      this.#file,
      'formats_differ',
      `holds more rows than the ${this.#count - 1} of the other format`,
    );
  }

  /** `undefined`: there are no more rows, or none that can be read. */
  #pull(): StoredRow | undefined {
    try {
      const { done, value } = this.#rows.next();
      if (done !== true) {
        this.#count += 1;
        return value;
      }
      return undefined;
    } catch (error) {
      this.#problems.damaged(this.#file, error);
      return undefined;
    }
  }
}
