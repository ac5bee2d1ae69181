import type { ObjectStore, OffsetRange } from '@client-tickets/micro-batch';
import {
  checkFileSize,
  readParquetGroups,
  type MergedFile,
  type RowColumns,
  type StoredRow,
} from '@client-tickets/results';

/** Rows of a merged file, or why it can't be read. */
export type MergedSlice = readonly StoredRow[] | Error;

/** Reads merged files, each from its first row to its last: memory holds one file, and one of its row groups decompressed. */
export class MergedRows {
  readonly #results: ObjectStore;
  readonly #columns: RowColumns;
  #open: { readonly key: string; readonly rows: RowReader } | undefined;

  constructor(results: ObjectStore, columns: RowColumns) {
    this.#results = results;
    this.#columns = columns;
  }

  /** The rows of a range. The ranges of a file come in ascending order, and one file after the other. */
  async take(file: MergedFile, { endOffset }: OffsetRange): Promise<MergedSlice> {
    if (this.#open?.key !== file.key) {
      this.#open = { key: file.key, rows: new RowReader(this.#groupsOf(file)) };
    }
    try {
      return await this.#open.rows.takeUntil(endOffset === file.range.endOffset ? undefined : endOffset);
    } catch (error) {
      return error instanceof Error ? error : new Error(String(error));
    }
  }

  async *#groupsOf({ key, size, range }: MergedFile): AsyncGenerator<Iterable<StoredRow>> {
    checkFileSize(size);
    const found = await this.#results.get(key);
    if (found === undefined) throw new Error('it is not there');
    yield* readParquetGroups(this.#columns, found.body, range.endOffset - range.startOffset);
  }
}

/** Rows one after the other, with a look at the next one. */
class RowReader {
  readonly #groups: AsyncGenerator<Iterable<StoredRow>>;
  #rows: Iterator<StoredRow> = [].values();
  #next: StoredRow | undefined;
  #problem: unknown;

  constructor(groups: AsyncGenerator<Iterable<StoredRow>>) {
    this.#groups = groups;
  }

  /** Those before an offset; `undefined`: all that are left. Once it has rejected, it does so again. */
  async takeUntil(end: bigint | undefined): Promise<readonly StoredRow[]> {
    if (this.#problem !== undefined) throw this.#problem;
    try {
      const taken: StoredRow[] = [];
      for (;;) {
        this.#next ??= await this.#pull();
        if (this.#next === undefined || (end !== undefined && this.#next.offset >= end)) return taken;
        taken.push(this.#next);
        this.#next = undefined;
      }
    } catch (error) {
      this.#problem = error;
      throw error;
    }
  }

  async #pull(): Promise<StoredRow | undefined> {
    for (;;) {
      const { done, value } = this.#rows.next();
      if (done !== true) return value;
      const group = await this.#groups.next();
      if (group.done === true) return undefined;
      this.#rows = group.value[Symbol.iterator]();
    }
  }
}
