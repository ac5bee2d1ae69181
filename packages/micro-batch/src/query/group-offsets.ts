import { offsetInLog } from '../ports/log-position.ts';
import type { Logger } from '../ports/logger.ts';
import type { Source } from '../ports/source.ts';

/**
 * Tells the group how far partitions are, for lag in the brokers' own tools only: one call at a time, then the latest. A
 * failure is normal when the group has moved on.
 */
export class GroupOffsets {
  readonly #source: Source;
  readonly #logger: Logger;
  #next: ReadonlyMap<number, bigint> | undefined;
  #committing: Promise<void> | undefined;

  constructor(source: Source, logger: Logger) {
    this.#source = source;
    this.#logger = logger;
  }

  /** Takes positions; the group gets the offsets of the log. */
  commit(offsets: ReadonlyMap<number, bigint>): void {
    this.#next = offsets;
    this.#committing ??= this.#commitAll();
  }

  /** Resolves once nothing is under way. */
  async done(): Promise<void> {
    await this.#committing;
  }

  async #commitAll(): Promise<void> {
    for (let offsets = this.#next; offsets !== undefined; offsets = this.#next) {
      this.#next = undefined;
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
