import type { RecordBatch } from 'kafkajs';

/** What one fetch of a partition may decompress to, as a multiple of what it may bring as stored. */
const MOST_DECOMPRESSED = 2;
const LEAST_BYTES = 64 * 1024;
/** How much the latest fetch says about the next one. */
const WEIGHT = 0.25;

/**
 * How much to fetch of each partition. Brokers bound a fetch by what is stored, but memory is taken by what that decompresses
 * to: a partition whose batches become five times as large is fetched in smaller pieces, by the ratio of its latest fetches.
 */
export class FetchSizes {
  readonly #mostBytes: number;
  readonly #ratios = new Map<number, number>();

  constructor(mostBytes: number) {
    this.#mostBytes = mostBytes;
  }

  /** In bytes as stored; a larger record batch comes whole, alone. */
  of(partition: number): number {
    const ratio = this.#ratios.get(partition) ?? 1;
    const wanted = Math.round((MOST_DECOMPRESSED * this.#mostBytes) / ratio);
    return Math.min(this.#mostBytes, Math.max(LEAST_BYTES, wanted));
  }

  /** `bytes`: what these batches took in memory. */
  learn(partition: number, batches: readonly RecordBatch[], bytes: number): void {
    const stored = batches.reduce((sum, { storedRecords }) => sum + (storedRecords?.length ?? 0), 0);
    if (stored === 0) return;
    const ratio = bytes / stored;
    const known = this.#ratios.get(partition) ?? ratio;
    this.#ratios.set(partition, known + WEIGHT * (ratio - known));
  }
}
