import type { Clock } from '../ports/clock.ts';
import type { PartitionOffsets, Source } from '../ports/source.ts';
import { fetchOffsets } from './source-calls.ts';

/** How old offsets may be that a trigger goes by when it has enough to do anyway. */
const OLD_AFTER_MS = 1_000;

export interface KnownOffsets {
  readonly log: ReadonlyMap<number, PartitionOffsets>;
  /** The brokers have just said so. Old ones say nothing about what was lost since. */
  readonly isFresh: boolean;
}

/**
 * Where partitions of the log begin and end. Asking takes several requests to each broker: in a backlog, where a trigger
 * follows upon the other, that was most of what a trigger took.
 */
export class LogOffsets {
  readonly #source: Source;
  readonly #clock: Clock;
  #known: ReadonlyMap<number, PartitionOffsets> = new Map();
  #readAt = -Infinity;

  constructor(source: Source, clock: Clock) {
    this.#source = source;
    this.#clock = clock;
  }

  /** Asks the brokers, unless old answers will do and there are some, not older than a second. Rejects as the source does. */
  async read(partitions: readonly number[], { mayBeOld }: { mayBeOld: boolean }): Promise<KnownOffsets> {
    const now = this.#clock.monotonic();
    const isKnown = partitions.every((partition) => this.#known.has(partition));
    if (mayBeOld && isKnown && now - this.#readAt < OLD_AFTER_MS) return { log: this.#known, isFresh: false };
    this.#known = await fetchOffsets(this.#source, partitions);
    this.#readAt = now;
    return { log: this.#known, isFresh: true };
  }
}
