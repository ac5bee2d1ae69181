import type { ObjectStore, OffsetRange } from '@client-tickets/micro-batch';
import {
  openParts,
  readParquetGroups,
  type MergedFile,
  type RowColumns,
  type StoredRow,
} from '@client-tickets/results';
import type { PartOptions } from './open-files.ts';

/** Rows of a merged file, or why it can't be read. */
export type MergedSlice = SliceRows | Error;

export interface SliceRows {
  /** There is no row. */
  readonly isEmpty: boolean;
  /** The rows from the first one, as often as they are asked for. Asking for a group, and reading one, may fail. */
  groups(): AsyncIterable<Iterable<StoredRow>>;
  /** Reads what is left of the rows. What the file can't be read for, if that shows. */
  finish(): Promise<Error | undefined>;
}

/** Reads merged files, each from its first row to its last: memory holds one of its row groups. */
export class MergedRows {
  readonly #results: ObjectStore;
  readonly #columns: RowColumns;
  readonly #options: PartOptions;
  #open:
    { readonly key: string; readonly rows: RowReader; readonly slice: SliceRows | undefined } | undefined;

  constructor(results: ObjectStore, columns: RowColumns, options: PartOptions = {}) {
    this.#results = results;
    this.#options = options;
    this.#columns = columns;
  }

  /** The rows of a range. The ranges of a file come in ascending order, and one file after the other; a slice ends with the next one. */
  async take(file: MergedFile, { endOffset }: OffsetRange): Promise<MergedSlice> {
    const { key } = file;
    if (this.#open?.key !== key)
      this.#open = { key, rows: new RowReader(this.#groupsOf(file)), slice: undefined };
    const { rows, slice: last } = this.#open;
    const problem = await last?.finish();
    if (problem !== undefined) return problem;
    const end = endOffset === file.range.endOffset ? undefined : endOffset;
    const begun = rows.count;
    try {
      const isEmpty = !(await rows.hasBefore(end));
      let isRead = false;
      const again = async function* (this: MergedRows): AsyncGenerator<Iterable<StoredRow>> {
        const reader = new RowReader(this.#groupsOf(file));
        await reader.skip(begun);
        yield* reader.groups(end);
      }.bind(this);
      const slice: SliceRows = {
        isEmpty,
        groups() {
          if (isRead) return again();
          isRead = true;
          return rows.groups(end);
        },
        finish() {
          isRead = true;
          return rows.finish(end);
        },
      };
      this.#open = { key, rows, slice };
      return slice;
    } catch (error) {
      return asError(error);
    }
  }

  async *#groupsOf({ range, ...file }: MergedFile): AsyncGenerator<Iterable<StoredRow>> {
    const parts = await openParts(this.#results, file, { first: 'end', ...this.#options });
    if (parts === undefined) throw new Error('it is not there');
    yield* readParquetGroups(this.#columns, parts, range.endOffset - range.startOffset);
  }
}

/** Rows one after the other, with a look at the next one. Once it has failed, it does so again. */
class RowReader {
  readonly #groups: AsyncGenerator<Iterable<StoredRow>>;
  #rows: Iterator<StoredRow> = [].values();
  #next: StoredRow | undefined;
  #problem: unknown;
  /** How many rows were given. */
  count = 0;

  constructor(groups: AsyncGenerator<Iterable<StoredRow>>) {
    this.#groups = groups;
  }

  /** Whether the next row lies before an offset; `undefined`: whether there is one. */
  async hasBefore(end: bigint | undefined): Promise<boolean> {
    try {
      while (this.#peek() === undefined) {
        const group = await this.#groups.next();
        if (group.done === true) return false;
        this.#rows = group.value[Symbol.iterator]();
      }
    } catch (error) {
      this.#problem = error;
      throw error;
    }
    return this.#isBefore(end);
  }

  async *groups(end: bigint | undefined): AsyncGenerator<Iterable<StoredRow>> {
    while (await this.hasBefore(end)) yield this.#decoded(end);
  }

  async skip(count: number): Promise<void> {
    while (this.count < count && (await this.hasBefore(undefined))) this.#take();
  }

  async finish(end: bigint | undefined): Promise<Error | undefined> {
    try {
      while (await this.hasBefore(end)) this.#take();
      return undefined;
    } catch (error) {
      return asError(error);
    }
  }

  /** Those whose group has been read. */
  *#decoded(end: bigint | undefined): Generator<StoredRow> {
    for (;;) {
      const row = this.#peek();
      if (row === undefined || !this.#isBefore(end)) return;
      this.#take();
      yield row;
    }
  }

  #take(): void {
    this.#next = undefined;
    this.count += 1;
  }

  /** The next row, where its group has been read. */
  #peek(): StoredRow | undefined {
    if (this.#problem !== undefined) throw this.#problem;
    if (this.#next !== undefined) return this.#next;
    try {
      const { done, value } = this.#rows.next();
      this.#next = done === true ? undefined : value;
    } catch (error) {
      this.#problem = error;
      throw error;
    }
    return this.#next;
  }

  #isBefore(end: bigint | undefined): boolean {
    return this.#next !== undefined && (end === undefined || this.#next.offset < end);
  }
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
