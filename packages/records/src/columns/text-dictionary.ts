import { ByteBuffer, viewOf } from '../bytes/byte-buffer.ts';
import { ByteTable, grown, hashOf } from '../bytes/byte-table.ts';
import { JsonFragments } from '../json/json-fragments.ts';
import { endOfText, QUOTE, TextReader } from '../json/json-text.ts';

const SLOT = 4; // numbers in each: the first eight bytes, the raw form, its size
const SMALLEST = 512; // slots
const LARGEST = 65_536;
const LONGEST = 65_536; // bytes of a raw form that is kept

/** Whether the UTF-8 `[start, end)` is a text that a field may hold. */
export type TextRule = (bytes: Buffer, start: number, end: number) => boolean;

/**
 * Texts, each kept once, found by the bytes between the quotes **as they stand in JSON**. What was found once was proved
 * to be UTF-8 and to be allowed then; so a text that is known, also one with escapes, costs one comparison and no look at
 * where it ends: its closing quote is compared along with it.
 *
 * A raw form is one way to write a text; the text has a number.
 */
export class TextDictionary {
  readonly texts = new ByteTable(4096);
  readonly json = new JsonFragments(this.texts);
  /** After `find`: where the closing quote is. */
  foundEnd = 0;
  readonly #raws = new ByteTable(4096);
  /** Of each raw form: twice the number of its text, and one more where it has escapes. */
  #codes = new Int32Array(64);
  /** By the first eight bytes: two slots for each. */
  #near = new Int32Array(SMALLEST * SLOT);
  readonly #accepts: TextRule;
  readonly #most: number;
  readonly #reader = new TextReader();
  readonly #text = new ByteBuffer(256);

  /** `accepts`: whether a text that was never seen belongs here. `most`: how many raw forms are kept. */
  constructor(accepts: TextRule, most: number) {
    this.#accepts = accepts;
    this.#most = most;
  }

  /** Half as much as it may hold: time for a new one. */
  get isHalfFull(): boolean {
    return 2 * this.#raws.length >= this.#most || this.#raws.bytes.length > LARGEST * 16;
  }

  /**
   * The code of the text that begins at `at`, right behind its opening quote: twice its number, and one more where it was
   * written with escapes. -1: it is none of these, and there is no room for more.
   */
  find(bytes: Uint8Array, view: DataView, at: number, end: number): number {
    let low = view.getInt32(at, true);
    let high = 0;
    let quote = quoteIn(low);
    // What stands behind a short text's closing quote must not count.
    if (quote !== 0) {
      low &= (quote & -quote) - 1;
    } else {
      high = view.getInt32(at + 4, true);
      quote = quoteIn(high);
      if (quote !== 0) high &= (quote & -quote) - 1;
    }
    const near = this.#near;
    const first = this.#slotOf(low, high);
    for (let slot = first; slot <= first + SLOT; slot += SLOT) {
      if (near[slot] !== low || near[slot + 1] !== high) continue;
      const raw = near[slot + 2] ?? 0;
      const size = near[slot + 3] ?? 0;
      if (size !== 0 && at + size <= end && (size <= 8 || this.#restIsAt(raw, size, view, at))) {
        this.foundEnd = at + size - 1;
        return this.#codes[raw] ?? 0;
      }
    }
    return this.#findAnywhere(bytes, view, at, end, low, high);
  }

  /** The number of a text that is no JSON, in UTF-8; -1: there is no room for it. */
  numberOf(text: Uint8Array): number {
    const view = viewOf(text);
    const hash = hashOf(text, view, 0, text.length);
    const known = this.texts.find(text, 0, text.length, hash);
    if (known >= 0) return known;
    return this.texts.length < this.#most ? this.texts.add(view, 0, text.length, hash) : -1;
  }

  #slotOf(low: number, high: number): number {
    const mixed = Math.imul(low, 0x9e3779b1) ^ Math.imul(high, 0x85ebca6b);
    return ((mixed ^ (mixed >>> 15)) & (this.#near.length / SLOT - 2)) * SLOT;
  }

  /** All but the first eight bytes. */
  #restIsAt(raw: number, size: number, view: DataView, at: number): boolean {
    const known = this.#raws.bytes.view;
    const start = this.#raws.startOf(raw);
    for (let done = 8; done + 4 < size; done += 4) {
      if (known.getInt32(start + done, true) !== view.getInt32(at + done, true)) return false;
    }
    return known.getInt32(start + size - 4, true) === view.getInt32(at + size - 4, true);
  }

  #findAnywhere(
    bytes: Uint8Array,
    view: DataView,
    at: number,
    end: number,
    low: number,
    high: number,
  ): number {
    const close = endOfText(bytes, view, at, end);
    if (close === -1) return -1;
    const quote = close < 0 ? ~close : close;
    const hash = hashOf(bytes, view, at, quote + 1);
    let raw = this.#raws.find(bytes, at, quote + 1, hash);
    if (raw < 0) raw = this.#add(bytes, view, at, quote, close < 0, hash);
    if (raw < 0) return -1;
    this.#remember(raw, low, high, bytes, at, quote + 1 - at);
    this.foundEnd = quote;
    return this.#codes[raw] ?? 0;
  }

  #add(bytes: Uint8Array, view: DataView, at: number, quote: number, escaped: boolean, hash: number): number {
    if (this.#raws.length >= this.#most || quote - at > LONGEST) return -1;
    const text = this.#text;
    text.length = 0;
    if (
      this.#reader.read(bytes, view, at, quote + 1, text) !== quote ||
      !this.#accepts(text.memory, 0, text.length)
    )
      return -1;
    const number = this.numberOf(text.bytes);
    if (number < 0) return -1;
    const raw = this.#raws.add(view, at, quote + 1, hash);
    if (raw === this.#codes.length) this.#codes = grown(this.#codes);
    this.#codes[raw] = 2 * number + (escaped ? 1 : 0);
    if (8 * raw > this.#near.length / SLOT && this.#near.length < LARGEST * SLOT) {
      this.#near = new Int32Array(2 * this.#near.length); // fills up again as they come
    }
    return raw;
  }

  #remember(raw: number, low: number, high: number, bytes: Uint8Array, at: number, size: number): void {
    // An escaped quote among the first eight bytes: they say nothing about the rest.
    for (let i = 0; i < 8 && i < size - 1; i += 1) if (bytes[at + i] === QUOTE) return;
    const near = this.#near;
    const slot = this.#slotOf(low, high);
    near.copyWithin(slot + SLOT, slot, slot + SLOT);
    near[slot] = low;
    near[slot + 1] = high;
    near[slot + 2] = raw;
    near[slot + 3] = size;
  }
}

/** Its lowest bit stands for the first byte of the four that is a quote; 0: none is. */
function quoteIn(word: number): number {
  const zeroed = word ^ 0x22222222;
  return (zeroed - 0x01010101) & ~zeroed & 0x80808080;
}
