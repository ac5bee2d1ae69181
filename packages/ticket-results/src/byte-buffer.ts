/** Bytes that are appended; grows by doubling. */
export class ByteBuffer {
  length = 0;
  #bytes: Buffer;

  /** `capacity`: bytes that can be appended before it has to grow. */
  constructor(capacity: number) {
    this.#bytes = Buffer.allocUnsafeSlow(Math.max(16, capacity));
  }

  /** What was appended so far. A view, until the next append. */
  get bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.length);
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

  /** `bytes[start, end)`. By hand, because a view for each of many short pieces would cost more than the copy. */
  appendPart(bytes: Uint8Array, start: number, end: number): void {
    this.#ensure(end - start);
    let at = this.length;
    for (let i = start; i < end; i += 1) this.#bytes[at++] = bytes[i] ?? 0;
    this.length = at;
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
  }
}
