import type { Clock } from '../ports/clock.ts';
import type { UnreadPartition } from './query-status.ts';

/** Since when partitions stand where they are, as far as it was looked at. */
export class Standstill {
  readonly #clock: Clock;
  #seen: ReadonlyMap<number, { readonly offset: bigint; readonly since: number }> = new Map();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Takes the partitions that are unread now; those that have not moved for `forMs` are returned. */
  observe(unread: readonly UnreadPartition[], forMs: number): readonly UnreadPartition[] {
    const now = this.#clock.monotonic();
    const seen = new Map(
      unread.map(({ partition, offset }) => {
        const before = this.#seen.get(partition);
        return [partition, before?.offset === offset ? before : { offset, since: now }];
      }),
    );
    this.#seen = seen;
    return unread.filter(({ partition }) => now - (seen.get(partition)?.since ?? now) >= forMs);
  }
}
