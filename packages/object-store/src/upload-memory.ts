/** What may wait to be used again while hardly anything is held. */
const LEAST_SPARE_BYTES = 6 * 1024 * 1024;

/**
 * Memory of uploads, in pieces of one size that are used again: an upload takes as many as it holds bytes for. In one buffer of a
 * part's size each, six uploads would keep 30 MB although half of that is empty; and what is not used again is soon garbage, but
 * outside of the heap, for which the collector comes each time.
 */
export class UploadMemory {
  readonly pieceBytes: number;
  readonly #spare: Buffer[] = [];
  #held = 0;
  /** How many were held of late. */
  #usual = 0;

  constructor(pieceBytes: number) {
    this.pieceBytes = pieceBytes;
  }

  /** What uploads have of it. */
  get heldBytes(): number {
    return this.#held * this.pieceBytes;
  }

  /** What waits to be used again. */
  get spareBytes(): number {
    return this.#spare.length * this.pieceBytes;
  }

  /** `pieceBytes` bytes, which hold anything. */
  take(): Buffer {
    this.#held += 1;
    return this.#spare.pop() ?? Buffer.allocUnsafeSlow(this.pieceBytes);
  }

  /**
   * The caller gives them up: nothing may be sending them. As many may wait as were held of late: uploads that go on beside each
   * other come to send their parts at the same time, and fill them again. One piece of it is forgotten with each part or file.
   */
  give(pieces: readonly Buffer[]): void {
    const least = Math.ceil(LEAST_SPARE_BYTES / this.pieceBytes);
    this.#usual = Math.max(this.#held, least, this.#usual - 1);
    this.#held -= pieces.length;
    this.#spare.push(...pieces);
    const most = Math.max(0, this.#usual - this.#held);
    if (this.#spare.length > most) this.#spare.length = most;
  }

  /** The caller gives them up, and something may still be sending them: they are not used again. */
  abandon(pieces: readonly Buffer[]): void {
    this.#held -= pieces.length;
  }
}
