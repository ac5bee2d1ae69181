const SMALLEST = 64 * 1024;
/** Up to here memory doubles as an upload grows; the size of a part, which is a multiple of it, is taken as it is. */
const LARGEST_DOUBLED = 1024 * 1024;
const MOST_SPARE_BYTES = 6 * 1024 * 1024;

/**
 * Memory of uploads that is used again. A few megabytes for each file are soon garbage, but outside of the heap: the collector
 * hears of them and comes each time.
 */
export class UploadMemory {
  readonly #spare: Buffer[] = [];
  #bytes = 0;

  /** At least `size` bytes, which hold anything. */
  take(size: number): Buffer {
    const index = this.#spare.findIndex((buffer) => buffer.length >= size);
    const [found] = index === -1 ? [] : this.#spare.splice(index, 1);
    this.#bytes -= found?.length ?? 0;
    return found ?? Buffer.allocUnsafeSlow(roundUp(size));
  }

  /**
   * The caller gives it up: nothing may be sending it. The smallest are let go of when they are too many bytes: a part that was sent
   * makes room for the next one, while what an upload leaves behind as it grows is soon too small.
   */
  give(buffer: Buffer): void {
    this.#spare.push(buffer);
    this.#spare.sort((a, b) => a.length - b.length);
    this.#bytes += buffer.length;
    while (this.#bytes > MOST_SPARE_BYTES) this.#bytes -= this.#spare.shift()?.length ?? 0;
  }
}

function roundUp(size: number): number {
  return size > LARGEST_DOUBLED
    ? Math.ceil(size / LARGEST_DOUBLED) * LARGEST_DOUBLED
    : 2 ** Math.ceil(Math.log2(Math.max(SMALLEST, size)));
}
