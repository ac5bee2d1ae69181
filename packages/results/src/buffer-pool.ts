/**
 * Memory that is used again. A few megabytes for each batch are soon garbage, but outside of the heap: the collector hears of
 * them and comes each time, and the pages of new memory have to be cleared by the kernel first.
 */
export class BufferPool {
  readonly #free: Buffer[] = [];
  readonly #most: number;

  /** `most`: how many buffers wait to be used again. */
  constructor(most: number) {
    this.#most = most;
  }

  /** At least `size` bytes, which hold anything. */
  take(size: number): Buffer {
    const index = this.#free.findIndex((buffer) => buffer.length >= size);
    const [found] = index === -1 ? [] : this.#free.splice(index, 1);
    return found ?? Buffer.allocUnsafeSlow(size);
  }

  /** Nobody may look at the buffer after this. The smallest is let go of when there are too many. */
  give(buffer: Buffer): void {
    this.#free.push(buffer);
    this.#free.sort((a, b) => a.length - b.length);
    if (this.#free.length > this.#most) this.#free.shift();
  }
}
