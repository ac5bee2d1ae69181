import type { Clock } from '../ports/clock.ts';
import type { Source } from '../ports/source.ts';
import { listPartitions } from '../trigger/source-calls.ts';

const OLD_AFTER_MS = 1_000;

/**
 * All partitions of the topic. Asking Kafka takes two requests, one after the other: with a trigger as fast as it goes that was a
 * third of the time that counts took from their checkpoint to their readers.
 */
export class KnownPartitions {
  readonly #source: Source;
  readonly #clock: Clock;
  #known: readonly number[] | undefined;
  #readAt = -Infinity;

  constructor(source: Source, clock: Clock) {
    this.#source = source;
    this.#clock = clock;
  }

  /** Asks the brokers, unless an answer will do that is not older than a second. Rejects as the source does. */
  async list({ mayBeOld }: { readonly mayBeOld: boolean }): Promise<readonly number[]> {
    const now = this.#clock.monotonic();
    if (mayBeOld && this.#known !== undefined && now - this.#readAt < OLD_AFTER_MS) return this.#known;
    this.#known = await listPartitions(this.#source);
    this.#readAt = now;
    return this.#known;
  }
}
