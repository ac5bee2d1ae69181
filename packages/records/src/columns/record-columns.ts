import { unknownFieldsOf } from '../json/unknown-fields.ts';
import type { Column, Spelling } from './column.ts';
import type { TextColumn } from './text-column.ts';

/**
 * The records of a row group as columns, which is how Parquet wants them, filled straight from messages. No object is made for a
 * record: a million of them would cost more than everything else that is done here.
 *
 * `RecordReader.createColumns` makes them.
 */
export class RecordColumns {
  length = 0;
  readonly capacity: number;
  readonly columns: readonly Column[];
  /** The unknown fields of each row, as the text of a JSON object. */
  readonly extra: TextColumn | undefined;
  readonly spelling: Spelling;
  /** Of the record that was read last: whether its message is its JSON line, letter by letter. */
  isPlain = false;
  /** Names that it has beside its fields. */
  unknownFields: readonly string[] = [];
  readonly #names: ReadonlySet<string>;

  /** `extra`: where unknown fields are kept, if they are. */
  constructor(
    columns: readonly Column[],
    extra: TextColumn | undefined,
    spelling: Spelling,
    capacity: number,
  ) {
    this.columns = columns;
    this.extra = extra;
    this.spelling = spelling;
    this.capacity = capacity;
    this.#names = new Set(columns.map(({ name }) => name));
  }

  /** Adds what the parser has made of the message `value`. */
  addParsed(
    record: Readonly<Record<string, unknown>>,
    unknownFields: readonly string[],
    value: Uint8Array,
  ): void {
    const row = this.length;
    for (const column of this.columns) {
      const value = record[column.name];
      if (value !== null || !column.addNull(row)) column.add(value, row);
    }
    this.isPlain = false;
    this.finishRow(unknownFields, value);
  }

  /** Adds a row as it is stored, by the names of its columns: times in microseconds since the epoch, `extra` as it is. */
  addStored(valueOf: (column: string) => unknown): void {
    const { extra, length: row } = this;
    for (const column of extra === undefined ? this.columns : [...this.columns, extra]) {
      const value = valueOf(column.name);
      if (value !== null || !column.addNull(row)) column.add(value, row);
    }
    this.length += 1;
  }

  /** The record of the message `value` is in its columns. */
  finishRow(unknownFields: readonly string[], value: Uint8Array): void {
    const { extra, length: row } = this;
    this.unknownFields = unknownFields;
    if (extra !== undefined) {
      const text = unknownFields.length === 0 ? undefined : unknownFieldsOf(value, this.#names);
      if (text === undefined) extra.addNull(row);
      else extra.add(text, row);
    }
    this.length += 1;
  }

  clear(): void {
    this.length = 0;
    for (const column of this.columns) column.clear();
    this.extra?.clear();
  }
}
