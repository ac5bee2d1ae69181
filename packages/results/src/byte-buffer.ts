// From here on, a view and the runtime's own copy are faster than copying four bytes at a time.
const LONG_COPY = 96;

/** Bytes that are appended; grows by doubling. */
export class ByteBuffer {
  length = 0;
  #bytes: Buffer;
  #view: DataView;

  /** `memory`: where to write to, or how many bytes can be appended before it has to grow. */
  constructor(memory: number | Buffer) {
    this.#bytes = typeof memory === 'number' ? Buffer.allocUnsafeSlow(Math.max(16, memory)) : memory;
    this.#view = viewOf(this.#bytes);
  }

  /** What was appended so far. A view, until the next append. */
  get bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.length);
  }

  /** All of its memory, to be used again by somebody else. */
  get memory(): Buffer {
    return this.#bytes;
  }

  push(byte: number): void {
    this.#ensure(1);
    this.#bytes[this.length++] = byte;
  }

  append(bytes: Uint8Array): void {
    this.#ensure(bytes.length);
    this.#bytes.set(bytes, this.length);
    this.length += bytes.length;
  }

  /** Bytes `[start, end)` of the source. Short pieces by hand: a view for each of them would cost more than the copy. */
  appendPart(source: DataView, start: number, end: number): void {
    const size = end - start;
    this.#ensure(size);
    const to = this.length;
    this.length += size;
    if (size >= LONG_COPY) {
      this.#bytes.set(new Uint8Array(source.buffer, source.byteOffset + start, size), to);
      return;
    }
    const view = this.#view;
    let copied = 0;
    for (; copied + 4 <= size; copied += 4) {
      view.setInt32(to + copied, source.getInt32(start + copied, true), true);
    }
    for (; copied < size; copied += 1) view.setUint8(to + copied, source.getUint8(start + copied));
  }

  /** A whole number from 0 to 2^53 - 1, in decimal digits. */
  appendDecimal(number: number): void {
    this.#ensure(16);
    let digits = 1;
    for (let limit = 10; number >= limit; limit *= 10) digits += 1;
    let rest = number;
    for (let at = this.length + digits - 1; at >= this.length; at -= 1) {
      const next = Math.floor(rest / 10);
      this.#bytes[at] = 0x30 + rest - next * 10;
      rest = next;
    }
    this.length += digits;
  }

  /** Takes the last `count` bytes back. */
  drop(count: number): void {
    this.length -= count;
  }

  #ensure(more: number): void {
    const needed = this.length + more;
    if (needed <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(needed, this.#bytes.length * 2));
    this.#bytes.copy(larger, 0, 0, this.length);
    this.#bytes = larger;
    this.#view = viewOf(larger);
  }
}

export function viewOf({ buffer, byteOffset, byteLength }: Uint8Array): DataView {
  return new DataView(buffer, byteOffset, byteLength);
}
