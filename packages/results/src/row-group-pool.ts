import type { RecordColumns, RecordReader } from '@client-tickets/records';
import { ROW_GROUP } from './layout/row-group.ts';

/** Rows in memory, and their places in the log. */
export interface RowGroup {
  readonly columns: RecordColumns;
  /** Of each row, counted from the first offset of its file. */
  readonly offsets: Float64Array;
  /** When the log says each was written, in milliseconds since the epoch; without room where that is not asked for. */
  readonly logTimes: Float64Array;
}

/** Memory of row groups, which is used again: there may be a file for every batch. */
export class RowGroupPool {
  readonly #reader: RecordReader;
  readonly #free: RowGroup[] = [];
  readonly #most: number;

  readonly #hasTimes: boolean;

  /** `most`: how many wait to be used again. */
  constructor(reader: RecordReader, most: number, hasTimes: boolean) {
    this.#reader = reader;
    this.#hasTimes = hasTimes;
    this.#most = most;
  }

  take(): RowGroup {
    const { rows } = ROW_GROUP;
    const free = this.#free.pop();
    if (free !== undefined) return free;
    const [offsets, logTimes] = [new Float64Array(rows), new Float64Array(this.#hasTimes ? rows : 0)];
    return { columns: this.#reader.createColumns(rows), offsets, logTimes };
  }

  give(group: RowGroup): void {
    group.columns.clear();
    if (this.#free.length < this.#most) this.#free.push(group);
  }
}
