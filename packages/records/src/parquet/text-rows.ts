import { viewOf } from '../bytes/byte-buffer.ts';
import type { ByteTable } from '../bytes/byte-table.ts';

/**
 * The texts of rows, as UTF-8: that of row `i` is `bytes[startOf(i), endOf(i))`. One class for both ways in which they lie, so that
 * the runtime compiles each loop over texts once, and keeps it.
 */
export class TextRows {
  readonly length: number;
  readonly bytes: Uint8Array;
  readonly view: DataView;
  /** Where each text ends; it begins where the one before it ends. */
  readonly #ends: Int32Array;
  /** Which of them is that of a row; `undefined`: that of the row's own number. */
  readonly #numbers: Int32Array | undefined;

  private constructor(
    bytes: Uint8Array,
    view: DataView,
    ends: Int32Array,
    numbers: Int32Array | undefined,
    length: number,
  ) {
    this.length = length;
    this.bytes = bytes;
    this.view = view;
    this.#ends = ends;
    this.#numbers = numbers;
  }

  /** One after the other. */
  static packed(bytes: Uint8Array, ends: Int32Array, length: number): TextRows {
    return new TextRows(bytes, viewOf(bytes), ends, undefined, length);
  }

  /** Each by its number in a table, to which none is added meanwhile. */
  static numbered({ bytes, ends }: ByteTable, numbers: Int32Array, length: number): TextRows {
    return new TextRows(bytes.memory, bytes.view, ends, numbers, length);
  }

  static of(texts: readonly string[]): TextRows {
    let end = 0;
    const ends = Int32Array.from(texts, (text) => (end += Buffer.byteLength(text)));
    return TextRows.packed(Buffer.from(texts.join('')), ends, ends.length);
  }

  startOf(row: number): number {
    const text = this.#numbers === undefined ? row : (this.#numbers[row] ?? 0);
    return text === 0 ? 0 : (this.#ends[text - 1] ?? 0);
  }

  endOf(row: number): number {
    return this.#ends[this.#numbers === undefined ? row : (this.#numbers[row] ?? 0)] ?? 0;
  }
}
