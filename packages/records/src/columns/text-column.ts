import { ByteBuffer } from '../bytes/byte-buffer.ts';
import type { TextField } from '../declaration/field.ts';
import { TextReader } from '../json/json-text.ts';
import { notOfKind, Presence, type Column, type Spelling } from './column.ts';
import type { TextDictionary } from './text-dictionary.ts';
import type { TextMemory } from './text-memory.ts';

/**
 * Any texts: while they come again, as numbers of a dictionary; once they are mostly different, as UTF-8, one after the other.
 * Which of both it is depends on what came before, so nothing that is written may depend on it.
 */
export class TextColumn implements Column {
  readonly name: string;
  readonly isQuoted = true;
  /** While there is one: `numbers` holds each row's number in it. */
  dictionary: TextDictionary | undefined;
  readonly numbers: Int32Array;
  /** Without: the text of row `i` ends at `ends[i]`, and begins where the one before it ends. */
  readonly texts = new ByteBuffer(1024);
  readonly ends: Int32Array;
  /** 1 where a text of `texts` has characters that JSON must escape. */
  readonly escapes: Uint8Array;
  readonly #memory: TextMemory;
  readonly #presence: Presence;
  readonly #spelling: Spelling;
  readonly #reader = new TextReader();
  #rows = 0;
  /** Numbers from here on are of texts that came first in this row group. */
  #firstNew = 0;

  constructor(name: string, field: TextField, memory: TextMemory, spelling: Spelling, capacity: number) {
    this.name = name;
    this.numbers = new Int32Array(capacity);
    this.ends = new Int32Array(capacity);
    this.escapes = new Uint8Array(capacity);
    this.#memory = memory;
    this.#presence = new Presence(field.nullable, capacity);
    this.#spelling = spelling;
    this.#begin();
  }

  get present(): Uint8Array | undefined {
    return this.#presence.rows;
  }

  read(bytes: Uint8Array, view: DataView, at: number, end: number, row: number): number {
    const { dictionary } = this;
    if (dictionary === undefined) return this.#readText(bytes, view, at, end, row);
    const code = dictionary.find(bytes, view, at, end);
    if (code < 0) return this.#readUnknown(bytes, view, at, end, row);
    if ((code & 1) !== 0) this.#spelling.odd = true;
    this.#addNumber(code >> 1, row);
    return dictionary.foundEnd;
  }

  add(value: unknown, row: number): void {
    if (typeof value !== 'string') throw notOfKind(this.name, value);
    const text = Buffer.from(value);
    const number = this.dictionary?.numberOf(text) ?? -1;
    if (number >= 0) {
      this.#addNumber(number, row);
      return;
    }
    this.#leaveDictionary(row);
    this.#startText(row);
    this.texts.append(text);
    this.#endText(row, needsEscapes(text, 0, text.length));
  }

  addNull(row: number): boolean {
    if (!this.#presence.unset(row)) return false;
    this.#startText(row);
    this.ends[row] = this.texts.length;
    this.#rows = row + 1;
    return true;
  }

  clear(): void {
    if (this.dictionary !== undefined) this.#memory.addRows(this.#rows);
    this.#begin();
  }

  #begin(): void {
    this.dictionary = this.#memory.begin();
    this.#firstNew = this.dictionary?.texts.length ?? 0;
    this.texts.length = 0;
    this.#rows = 0;
  }

  #addNumber(number: number, row: number): void {
    this.numbers[row] = number;
    this.#presence.set(row);
    this.#rows = row + 1;
    if (number < this.#firstNew) return;
    this.#firstNew = number + 1;
    if (this.#memory.addNew(row + 1)) this.#leaveDictionary(row + 1);
  }

  /** A text that the dictionary has no room for, or that is none at all. */
  #readUnknown(bytes: Uint8Array, view: DataView, at: number, end: number, row: number): number {
    const before = this.texts.length;
    const close = this.#reader.read(bytes, view, at, end, this.texts);
    const isText = close >= 0 && this.#memory.accepts(this.texts.memory, before, this.texts.length);
    this.texts.length = before;
    if (!isText) return -1;
    this.#memory.giveUp();
    this.#leaveDictionary(row);
    return this.#readText(bytes, view, at, end, row);
  }

  #readText(bytes: Uint8Array, view: DataView, at: number, end: number, row: number): number {
    const { texts } = this;
    this.#startText(row);
    const start = texts.length;
    const close = this.#reader.read(bytes, view, at, end, texts);
    if (close < 0 || !this.#memory.accepts(texts.memory, start, texts.length)) return -1;
    if (this.#reader.wasEscaped) this.#spelling.odd = true;
    this.#endText(row, this.#reader.needsEscapes);
    return close;
  }

  #startText(row: number): void {
    this.texts.length = row === 0 ? 0 : (this.ends[row - 1] ?? 0);
  }

  #endText(row: number, escapes: boolean): void {
    this.ends[row] = this.texts.length;
    this.escapes[row] = escapes ? 1 : 0;
    this.#presence.set(row);
    this.#rows = row + 1;
  }

  /** Writes out the texts of the first `rows` rows. */
  #leaveDictionary(rows: number): void {
    const { dictionary, present } = this;
    if (dictionary === undefined) return;
    this.dictionary = undefined;
    const { view, memory } = dictionary.texts.bytes;
    this.texts.length = 0;
    for (let row = 0; row < rows; row += 1) {
      if (present === undefined || present[row] === 1) {
        const number = this.numbers[row] ?? 0;
        const [start, end] = [dictionary.texts.startOf(number), dictionary.texts.endOf(number)];
        this.texts.appendPart(view, start, end);
        this.escapes[row] = needsEscapes(memory, start, end) ? 1 : 0;
      }
      this.ends[row] = this.texts.length;
    }
  }
}

/** Whether JSON must escape a character of this UTF-8. */
function needsEscapes(text: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; at += 1) {
    const byte = text[at] ?? 0;
    if (byte < 0x20 || byte === 0x22 || byte === 0x5c) return true;
  }
  return false;
}
