/**
 * Memory that is used again. A few megabytes for each batch are soon garbage, but outside of the heap: the collector hears of
 * them and comes each time, and the pages of new memory have to be cleared by the kernel first.
 */
export class BufferPool {
  /** Those that were given up first come first. */
  readonly #free: Buffer[] = [];
  readonly #mostBytes: number;
  #bytes = 0;

  /** `mostBytes`: how many bytes wait to be used again, in all buffers together. */
  constructor(mostBytes: number) {
    this.#mostBytes = mostBytes;
  }

  /** The smallest of at least `size` bytes, which hold anything. */
  take(size: number): Buffer {
    const fitting = this.#free.filter(({ length }) => length >= size);
    const best = fitting.reduce<Buffer | undefined>(
      (least, buffer) => (least === undefined || buffer.length < least.length ? buffer : least),
      undefined,
    );
    if (best === undefined) return Buffer.allocUnsafeSlow(size);
    this.#free.splice(this.#free.indexOf(best), 1);
    this.#bytes -= best.length;
    return best;
  }

  /**
   * The caller gives it up. When the pool is full, the least recently used buffers are freed: one large batch must not cost memory for
   * good, and sizes that are in use stay.
   */
  give(buffer: Buffer): void {
    this.#free.push(buffer);
    this.#bytes += buffer.length;
    while (this.#bytes > this.#mostBytes) this.#bytes -= this.#free.shift()?.length ?? 0;
  }
}
