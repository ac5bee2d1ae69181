/**
 * Who still reads the records of a chunk: the buffer, and the batches that took some of them. The last one to release it gives its
 * memory back to the source. One that never does leaves it to the garbage collector, which is safe; to release too early is not.
 */
export class ChunkMemory {
  readonly #recycle: (() => void) | undefined;
  #readers = 1;

  constructor(recycle: (() => void) | undefined) {
    this.#recycle = recycle;
  }

  retain(): void {
    this.#readers += 1;
  }

  release(): void {
    this.#readers -= 1;
    if (this.#readers === 0) this.#recycle?.();
  }
}
