import { viewOf } from '../bytes/byte-buffer.ts';
import type { ByteTable } from '../bytes/byte-table.ts';

/** The texts of rows, as UTF-8: that of row `i` is `bytes[startOf(i), endOf(i))`. */
export interface TextRows {
  readonly length: number;
  readonly bytes: Uint8Array;
  readonly view: DataView;
  startOf(row: number): number;
  endOf(row: number): number;
}

/** One after the other: each begins where the one before it ends. */
export class PackedTexts implements TextRows {
  readonly length: number;
  readonly bytes: Uint8Array;
  readonly view: DataView;
  readonly #ends: Int32Array;

  constructor(bytes: Uint8Array, ends: Int32Array, length = ends.length) {
    this.length = length;
    this.bytes = bytes;
    this.view = viewOf(bytes);
    this.#ends = ends;
  }

  static of(texts: readonly string[]): PackedTexts {
    let end = 0;
    const ends = Int32Array.from(texts, (text) => (end += Buffer.byteLength(text)));
    return new PackedTexts(Buffer.from(texts.join('')), ends);
  }

  startOf(row: number): number {
    return row === 0 ? 0 : (this.#ends[row - 1] ?? 0);
  }

  endOf(row: number): number {
    return this.#ends[row] ?? 0;
  }
}

/** Each by its number in a table. */
export class NumberedTexts implements TextRows {
  readonly length: number;
  readonly bytes: Uint8Array;
  readonly view: DataView;
  readonly #table: ByteTable;
  readonly #numbers: ArrayLike<number>;

  constructor(table: ByteTable, numbers: ArrayLike<number>, length = numbers.length) {
    this.length = length;
    this.bytes = table.bytes.memory;
    this.view = table.bytes.view;
    this.#table = table;
    this.#numbers = numbers;
  }

  startOf(row: number): number {
    return this.#table.startOf(this.#numbers[row] ?? 0);
  }

  endOf(row: number): number {
    return this.#table.endOf(this.#numbers[row] ?? 0);
  }
}
