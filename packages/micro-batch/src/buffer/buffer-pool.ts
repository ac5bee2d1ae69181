/**
 * Memory that is used again. A few megabytes for each batch are soon garbage, but outside of the heap: the collector hears of
 * them and comes each time, and the pages of new memory have to be cleared by the kernel first.
 */
export class BufferPool {
  readonly #free: Buffer[] = [];
  readonly #mostBytes: number;
  #bytes = 0;

  /** `mostBytes`: how many bytes wait to be used again, in all buffers together. */
  constructor(mostBytes: number) {
    this.#mostBytes = mostBytes;
  }

  /** The smallest of at least `size` bytes, which hold anything. */
  take(size: number): Buffer {
    const index = this.#free.findIndex((buffer) => buffer.length >= size);
    const [found] = index === -1 ? [] : this.#free.splice(index, 1);
    this.#bytes -= found?.length ?? 0;
    return found ?? Buffer.allocUnsafeSlow(size);
  }

  /** The caller gives it up. The largest are let go of when they are too many bytes: one large batch must not cost memory for good. */
  give(buffer: Buffer): void {
    this.#free.push(buffer);
    this.#free.sort((a, b) => a.length - b.length);
    this.#bytes += buffer.length;
    while (this.#bytes > this.#mostBytes) this.#bytes -= this.#free.pop()?.length ?? 0;
  }
}
