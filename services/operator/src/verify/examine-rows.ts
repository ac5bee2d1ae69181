import { FORMATS, type ListedFile, type StoredRow } from '@client-tickets/results';
import { ExaminedRows } from './examined-rows.ts';
import type { FileProblems } from './file-problems.ts';
import type { MergedSlice } from './merged-rows.ts';
import { OffsetOrder } from './offset-order.ts';
import type { OpenFiles } from './open-files.ts';
import type { QueryRows } from './query-rows.ts';

/** A file whose rows can be read. */
interface Readable {
  readonly file: ListedFile;
  /** From the first, as often as they are asked for. */
  readonly groups: () => AsyncIterable<Iterable<StoredRow>>;
}

/**
 * The rows of one range, from the first of its files that can be read to its end. The others, and the rows of the file that they were
 * `merged` to, are compared with it row by row. Memory holds a part or a row group of each. `onRow` may see rows of a file that can't be
 * read to its end.
 */
export async function examineRows(
  rows: QueryRows,
  files: readonly ListedFile[],
  opened: OpenFiles,
  merged: { readonly file: ListedFile; readonly slice: MergedSlice } | undefined,
  problems: FileProblems,
  onRow: (row: StoredRow) => void,
): Promise<ExaminedRows> {
  const readable: Readable[] = [];
  for (const file of files) {
    const parts = opened.get(file.key);
    if (parts === undefined) {
      if (merged === undefined) problems.add(file, 'file_missing', 'was listed, but is not there');
      continue;
    }
    if (parts instanceof Error) {
      problems.damaged(file, parts);
      continue;
    }
    readable.push({ file, groups: () => FORMATS[file.format].readGroups(rows.columns, parts, file.range) });
  }
  if (merged !== undefined) {
    const { file, slice } = merged;
    if (slice instanceof Error) problems.damaged(file, slice);
    else if (!slice.isEmpty) readable.push({ file, groups: () => slice.groups() });
    else if (readable.length > 0) problems.add(file, 'rows_wrong', NOT_MERGED);
  }
  for (const [index, first] of readable.entries()) {
    try {
      return await collect(rows, first, readable.slice(index + 1), problems, onRow);
    } catch (error) {
      problems.damaged(first.file, error);
    }
  }
  return new ExaminedRows();
}

const NOT_MERGED = 'holds no row of a range that has a file of rows';

/** Rejects when the first one can't be read to its end. */
async function collect(
  { columns, countedOf, windowOf, timeOf }: QueryRows,
  { file, groups }: Readable,
  others: readonly Readable[],
  problems: FileProblems,
  onRow: (row: StoredRow) => void,
): Promise<ExaminedRows> {
  const order = new OffsetOrder(file.partition, file.range);
  const comparisons = others.map(
    (other) => new Comparison(other, problems, (a, b) => columns.differing(a, b)),
  );
  const examined = new ExaminedRows();
  for await (const group of groups()) {
    for (const row of group) {
      examined.add({ offset: row.offset, counted: countedOf(row), window: windowOf(row), at: timeOf(row) });
      const problem = order.next(row.partition, row.offset);
      if (problem !== undefined) problems.add(file, 'rows_wrong', `row ${examined.length}: ${problem}`);
      onRow(row);
      for (const comparison of comparisons) {
        if (!comparison.isReady) await comparison.prepare();
        comparison.next(row);
      }
    }
  }
  for (const comparison of comparisons) await comparison.prepare();
  if (examined.length === 0) problems.add(file, 'rows_wrong', 'holds no rows; such a file is never written');
  for (const comparison of comparisons) comparison.end();
  return examined;
}

/** Follows the rows of another file of the same range. `prepare` has the next one read, where that takes another group. */
class Comparison {
  readonly #file: ListedFile;
  readonly #problems: FileProblems;
  readonly #groups: AsyncIterator<Iterable<StoredRow>>;
  readonly #differing: (a: StoredRow, b: StoredRow) => string | undefined;
  #rows: Iterator<StoredRow> = [].values();
  #next: StoredRow | undefined;
  /** There are no more rows, or none that can be read. */
  #isOver = false;
  #count = 0;

  constructor(
    { file, groups }: Readable,
    problems: FileProblems,
    differing: (a: StoredRow, b: StoredRow) => string | undefined,
  ) {
    this.#file = file;
    this.#problems = problems;
    this.#groups = groups()[Symbol.asyncIterator]();
    this.#differing = differing;
  }

  get isReady(): boolean {
    return this.#isOver || this.#next !== undefined;
  }

  async prepare(): Promise<void> {
    try {
      while (!this.isReady) {
        const group = await this.#groups.next();
        if (group.done === true) {
          this.#isOver = true;
          return;
        }
        this.#rows = group.value[Symbol.iterator]();
        this.#pull();
      }
    } catch (error) {
      this.#damaged(error);
    }
  }

  next(expected: StoredRow): void {
    const found = this.#next;
    if (found === undefined) {
      this.#problems.add(
        this.#file,
        'formats_differ',
        `ends after ${this.#count} rows, the other format goes on`,
      );
      return;
    }
    this.#count += 1;
    this.#pull();
    const column = this.#differing(expected, found);
    if (column === undefined) return;
    const what = `row ${this.#count} (offset ${expected.offset}) differs from the other format in ${column}`;
    this.#problems.add(this.#file, 'formats_differ', what);
  }

  end(): void {
    if (this.#next === undefined) return;
    this.#problems.add(
      this.#file,
      'formats_differ',
      `holds more rows than the ${this.#count} of the other format`,
    );
  }

  #pull(): void {
    this.#next = undefined;
    try {
      const { done, value } = this.#rows.next();
      if (done !== true) this.#next = value;
    } catch (error) {
      this.#damaged(error);
    }
  }

  #damaged(error: unknown): void {
    this.#problems.damaged(this.#file, error);
    this.#isOver = true;
  }
}
