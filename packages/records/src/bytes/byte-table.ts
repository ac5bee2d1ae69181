import { ByteBuffer } from './byte-buffer.ts';

/** So many places are looked at. Texts that were chosen to collide go to a map, whose hash is not known to those who choose. */
const MOST_PROBES = 32;

/** Different pieces of bytes, each kept once, numbered as they come. */
export class ByteTable {
  length = 0;
  /** The pieces, one after the other. */
  readonly bytes: ByteBuffer;
  #ends = new Int32Array(64);
  #hashes = new Int32Array(64);
  #places = new Int32Array(256).fill(-1);
  readonly #crowded = new Map<string, number>();

  constructor(bytes = 1024) {
    this.bytes = new ByteBuffer(bytes);
  }

  /** Keeps its memory. */
  clear(): void {
    this.length = 0;
    this.bytes.length = 0;
    this.#places.fill(-1);
    this.#crowded.clear();
  }

  startOf(number: number): number {
    return number === 0 ? 0 : (this.#ends[number - 1] ?? 0);
  }

  endOf(number: number): number {
    return this.#ends[number] ?? 0;
  }

  /** Where each piece ends in `bytes`; room for more follows. Until the next piece is added. */
  get ends(): Int32Array {
    return this.#ends;
  }

  /** A view, until the next piece is added. */
  at(number: number): Uint8Array {
    return this.bytes.memory.subarray(this.startOf(number), this.endOf(number));
  }

  /** The number of these bytes; -1: they are not there. `hash` is theirs. */
  find(bytes: Uint8Array, start: number, end: number, hash: number): number {
    const places = this.#places;
    const mask = places.length - 1;
    for (let probe = 0, place = hash & mask; probe < MOST_PROBES; probe += 1, place = (place + 1) & mask) {
      const number = places[place] ?? -1;
      if (number < 0) return -1;
      if (this.#hashes[number] === hash && this.#isSame(number, bytes, start, end)) return number;
    }
    return this.#crowded.get(keyOf(bytes, start, end)) ?? -1;
  }

  /** Adds bytes that `find` did not find. Their number. */
  add(view: DataView, start: number, end: number, hash: number): number {
    const number = this.length;
    if (number === this.#ends.length) this.#growPieces();
    if (2 * number >= this.#places.length) this.#growPlaces();
    this.bytes.appendPart(view, start, end);
    this.#ends[number] = this.bytes.length;
    this.#hashes[number] = hash;
    this.length += 1;
    this.#place(number);
    return number;
  }

  #isSame(number: number, bytes: Uint8Array, start: number, end: number): boolean {
    const at = this.startOf(number);
    if (this.endOf(number) - at !== end - start) return false;
    const { memory } = this.bytes;
    for (let i = 0; i < end - start; i += 1) if (memory[at + i] !== bytes[start + i]) return false;
    return true;
  }

  #place(number: number): void {
    const places = this.#places;
    const mask = places.length - 1;
    let place = (this.#hashes[number] ?? 0) & mask;
    for (let probe = 0; probe < MOST_PROBES; probe += 1) {
      if ((places[place] ?? -1) < 0) {
        places[place] = number;
        return;
      }
      place = (place + 1) & mask;
    }
    this.#crowded.set(keyOf(this.bytes.memory, this.startOf(number), this.endOf(number)), number);
  }

  #growPlaces(): void {
    this.#places = new Int32Array(this.#places.length * 4).fill(-1);
    for (let number = 0; number < this.length; number += 1) this.#place(number);
  }

  #growPieces(): void {
    this.#ends = grown(this.#ends);
    this.#hashes = grown(this.#hashes);
  }
}

/** A character a byte. */
function keyOf({ buffer, byteOffset }: Uint8Array, start: number, end: number): string {
  return Buffer.from(buffer, byteOffset + start, end - start).toString('latin1');
}

export function grown(numbers: Int32Array, length = 2 * numbers.length): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(length);
  larger.set(numbers);
  return larger;
}

/** Four bytes at a time; what they differ in reaches all bits of the result. */
export function hashOf(bytes: Uint8Array, view: DataView, start: number, end: number): number {
  let hash = end - start;
  let at = start;
  for (; at + 4 <= end; at += 4) {
    hash = Math.imul(((hash << 5) | (hash >>> 27)) ^ view.getInt32(at, true), 0x9e3779b1);
  }
  for (; at < end; at += 1) hash = Math.imul(((hash << 5) | (hash >>> 27)) ^ (bytes[at] ?? 0), 0x9e3779b1);
  hash = Math.imul(hash ^ (hash >>> 15), 0x85ebca6b);
  return hash ^ (hash >>> 13);
}
