import { SLACK } from './slack.ts';

// From here on, a view and the runtime's own copy are faster than copying eight bytes at a time. A view is also garbage.
const LONG_COPY = 256;
const LARGEST_INT = 0x7fffffff;

/** A short text that is appended often, with `SLACK` bytes behind it: see `padded`. */
export interface Padded {
  readonly view: DataView;
  readonly size: number;
}

/**
 * Bytes that are appended; grows by doubling. There are always `SLACK` bytes more than are used, so writers may copy eight
 * bytes at a time and over the end.
 */
export class ByteBuffer {
  length = 0;
  /** All of its memory. Both change when it grows. */
  memory: Buffer;
  view: DataView;

  /** `memory`: where to write to, or how many bytes can be appended before it has to grow. */
  constructor(memory: number | Buffer) {
    this.memory = typeof memory === 'number' ? Buffer.allocUnsafeSlow(memory + SLACK) : memory;
    this.view = viewOf(this.memory);
  }

  /** What was appended so far. A view, until the next append. */
  get bytes(): Uint8Array {
    return this.memory.subarray(0, this.length);
  }

  /** Makes room for so many bytes more. */
  ensure(more: number): void {
    if (this.length + more + SLACK > this.memory.length) this.#grow(more);
  }

  push(byte: number): void {
    this.ensure(1);
    this.memory[this.length++] = byte;
  }

  append(bytes: Uint8Array): void {
    this.ensure(bytes.length);
    this.memory.set(bytes, this.length);
    this.length += bytes.length;
  }

  /** Bytes `[start, end)` of the source. */
  appendPart(source: DataView, start: number, end: number): void {
    const size = end - start;
    this.ensure(size);
    if (size >= LONG_COPY || end + SLACK > source.byteLength) {
      this.memory.set(new Uint8Array(source.buffer, source.byteOffset + start, size), this.length);
    } else {
      copyWords(source, start, size, this.view, this.length);
    }
    this.length += size;
  }

  appendPadded({ view, size }: Padded): void {
    this.ensure(size);
    copyWords(view, 0, size, this.view, this.length);
    this.length += size;
  }

  /** A whole number from 0 to 2^53 - 1, in decimal digits. */
  appendDecimal(number: number): void {
    this.ensure(16);
    const { memory } = this;
    let digits = 1;
    for (let limit = 10; number >= limit; limit *= 10) digits += 1;
    let at = this.length + digits;
    this.length = at;
    let rest = number;
    while (rest > LARGEST_INT) {
      const next = Math.floor(rest / 10);
      memory[--at] = 0x30 + (rest - next * 10); // in this order: no sum above 2^53
      rest = next;
    }
    let small = rest | 0;
    do {
      const next = (small / 10) | 0;
      memory[--at] = 0x30 + small - next * 10;
      small = next;
    } while (small > 0);
  }

  #grow(more: number): void {
    const larger = Buffer.allocUnsafeSlow(Math.max(this.memory.length * 2, this.length + more + SLACK));
    this.memory.copy(larger, 0, 0, this.length);
    this.memory = larger;
    this.view = viewOf(larger);
  }
}

/**
 * Copies eight bytes at a time, and so up to seven too many. By 32-bit numbers: those of 64 bits gain a quarter on Node 24 and
 * take eight times as long on Node 20, which makes an object of each.
 */
function copyWords(from: DataView, at: number, size: number, to: DataView, toAt: number): void {
  for (let done = 0; done < size; done += 8) {
    to.setInt32(toAt + done, from.getInt32(at + done, true), true);
    to.setInt32(toAt + done + 4, from.getInt32(at + done + 4, true), true);
  }
}

export function viewOf({ buffer, byteOffset, byteLength }: Uint8Array): DataView {
  return new DataView(buffer, byteOffset, byteLength);
}
