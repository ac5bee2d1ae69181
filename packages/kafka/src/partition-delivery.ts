/**
 * Which partitions are owned, and from where each is to be delivered next. Decides for every fetched batch whether it may
 * be passed on.
 *
 * ```
 *              assign                    seek
 *  (not owned) ──────► waiting for seek ──────► delivering from `position` ──┐ batch fetched at `position`
 *       ▲                    ▲                        │    ▲                 │ moves it to the batch's end
 *       └── assign without ──┴──────── assign ────────┘    └─────────────────┘
 * ```
 *
 * kafkajs delivers batches that were under way during a seek or a rebalance, and after OFFSET_OUT_OF_RANGE it goes on at
 * the log's start without a word. Neither was fetched at `position`, and neither is passed on: a record would be skipped
 * or come twice.
 */
export class PartitionDelivery {
  /** `undefined`: waiting for `seek`. */
  #positions = new Map<number, Place | undefined>();

  get partitions(): readonly number[] {
    return [...this.#positions.keys()].sort((a, b) => a - b);
  }

  assign(partitions: readonly number[]): void {
    this.#positions = new Map(partitions.map((partition) => [partition, undefined]));
  }

  owns(partition: number): boolean {
    return this.#positions.has(partition);
  }

  /** `false` when the partition is not owned (any more). */
  seek(partition: number, position: bigint): boolean {
    if (!this.owns(partition)) return false;
    this.#positions.set(partition, { position, isPaused: false, misses: 0 });
    return true;
  }

  /** `false` when nothing is to be delivered for this partition anyway. */
  setPaused(partition: number, isPaused: boolean): boolean {
    const place = this.#positions.get(partition);
    if (place === undefined) return false;
    place.isPaused = isPaused;
    return true;
  }

  /** Where the next batch must start; `undefined` while nothing is to be delivered. */
  position(partition: number): bigint | undefined {
    return this.#positions.get(partition)?.position;
  }

  isPaused(partition: number): boolean {
    return this.#positions.get(partition)?.isPaused === true;
  }

  /** Whether a chunk continues what was delivered. The position is its end then. */
  accept(partition: number, startOffset: bigint, endOffset: bigint): boolean {
    const place = this.#positions.get(partition);
    if (place === undefined || startOffset !== place.position) return false;
    place.position = endOffset;
    place.misses = 0;
    return true;
  }

  /** Takes note that something else was fetched than the position; how often in a row. */
  missed(partition: number): number {
    const place = this.#positions.get(partition);
    if (place === undefined) return 0;
    place.misses += 1;
    return place.misses;
  }
}

interface Place {
  position: bigint;
  isPaused: boolean;
  misses: number;
}
