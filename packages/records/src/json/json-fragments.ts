import { ByteBuffer } from '../bytes/byte-buffer.ts';
import { grown, type ByteTable } from '../bytes/byte-table.ts';
import { appendJsonText } from './append-json-text.ts';

/** The texts of a dictionary as JSON, each put together once. */
export class JsonFragments {
  readonly #texts: ByteTable;
  readonly #fragments = new ByteBuffer(1024);
  #starts = new Int32Array(16);
  #ends = new Int32Array(16); // 0: not yet

  constructor(texts: ByteTable) {
    this.#texts = texts;
  }

  /** Appends text `number`, in quotes. */
  appendTo(out: ByteBuffer, number: number): void {
    if (number >= this.#ends.length || this.#ends[number] === 0) this.#add(number);
    out.appendPart(this.#fragments.view, this.#starts[number] ?? 0, this.#ends[number] ?? 0);
  }

  #add(number: number): void {
    if (number >= this.#ends.length) {
      const length = Math.max(number + 1, 2 * this.#ends.length);
      this.#starts = grown(this.#starts, length);
      this.#ends = grown(this.#ends, length);
    }
    this.#starts[number] = this.#fragments.length;
    const { bytes } = this.#texts;
    appendJsonText(this.#fragments, bytes.memory, this.#texts.startOf(number), this.#texts.endOf(number));
    this.#ends[number] = this.#fragments.length;
  }
}
