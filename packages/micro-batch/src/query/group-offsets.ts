import type { Clock } from '../ports/clock.ts';
import { offsetInLog } from '../ports/log-position.ts';
import type { Logger } from '../ports/logger.ts';
import type { Source } from '../ports/source.ts';

/**
 * Kafka's own consumers commit every 5 s. A broker answers the requests of one connection in order, so each commit keeps the next
 * fetch from the group's coordinator waiting until all replicas of the group's offsets have it.
 */
const COMMIT_EVERY_MS = 1_000;

/**
 * Tells the group how far partitions are, for lag in the brokers' own tools only: one call at a time, once a second at the most, then
 * the latest. A failure is normal when the group has moved on.
 */
export class GroupOffsets {
  readonly #source: Source;
  readonly #clock: Clock;
  readonly #logger: Logger;
  #next: ReadonlyMap<number, bigint> | undefined;
  #committing: Promise<void> | undefined;
  #committedAt = -Infinity;
  readonly #ending = new AbortController();

  constructor(options: { readonly source: Source; readonly clock: Clock; readonly logger: Logger }) {
    this.#source = options.source;
    this.#clock = options.clock;
    this.#logger = options.logger;
  }

  /** Takes positions; the group gets the offsets of the log. */
  commit(offsets: ReadonlyMap<number, bigint>): void {
    this.#next = offsets;
    this.#committing ??= this.#commitAll();
  }

  /** Tells what is left without waiting for its time, and resolves once nothing is under way. */
  async end(): Promise<void> {
    this.#ending.abort();
    await this.#committing;
  }

  async #commitAll(): Promise<void> {
    while (this.#next !== undefined) {
      const left = this.#committedAt + COMMIT_EVERY_MS - this.#clock.monotonic();
      if (left > 0) await this.#clock.sleep(left, this.#ending.signal);
      const offsets = this.#next;
      this.#next = undefined;
      this.#committedAt = this.#clock.monotonic();
      try {
        await this.#source.commitOffsets(
          new Map([...offsets].map(([partition, position]) => [partition, offsetInLog(position)])),
        );
      } catch (error) {
        this.#logger.debug({ err: error }, 'the group did not take the offsets; lag shows late');
      }
    }
    this.#committing = undefined;
  }
}
