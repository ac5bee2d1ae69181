import type { Clock } from '../ports/clock.ts';
import type { Source } from '../ports/source.ts';
import { fetchOffsets, listPartitions } from '../trigger/source-calls.ts';
import type { OpenedQuery } from './opened-query.ts';
import type { UnreadStatus } from './query-status.ts';
import { Standstill } from './standstill.ts';
import { fetchOwners, findUnread, withOwner } from './unread-partitions.ts';

/** A look costs a few requests to the brokers and one GET for each partition of others. */
const LOOK_EVERY_MS = 15_000;

/**
 * Whether the partitions that others have are read on. A consumer that is ready itself knows nothing of those: they may have gone
 * to a program that only happens to be in the group, to a consumer that is paused, or to none.
 *
 * It looks in the background: no trigger waits for it, and what can't be read now is looked at next time.
 */
export class UnreadWatch {
  readonly #source: Source;
  readonly #clock: Clock;
  readonly #forMs: number;
  readonly #owned: () => readonly number[];
  readonly #standstill: Standstill;
  #lookedAt: number;
  #unread: readonly UnreadStatus[] = [];

  constructor(options: {
    readonly source: Source;
    readonly clock: Clock;
    /** How long records may wait in a partition that nothing is read of. */
    readonly forMs: number;
    readonly owned: () => readonly number[];
  }) {
    this.#source = options.source;
    this.#clock = options.clock;
    this.#forMs = options.forMs;
    this.#owned = options.owned;
    this.#standstill = new Standstill(options.clock);
    this.#lookedAt = options.clock.monotonic();
  }

  /** As it was last looked at, ascending. */
  get unread(): readonly UnreadStatus[] {
    return this.#unread;
  }

  /** Looks at all partitions but the owned ones, if it is time to. */
  look<State>(opened: OpenedQuery<State>): void {
    const now = this.#clock.monotonic();
    if (now - this.#lookedAt < LOOK_EVERY_MS) return;
    this.#lookedAt = now;
    this.#find(opened).then(
      (unread) => (this.#unread = unread),
      () => undefined,
    );
  }

  async #find<State>({ checkpoints, identity }: OpenedQuery<State>): Promise<readonly UnreadStatus[]> {
    const partitions = await listPartitions(this.#source);
    const owned = this.#owned();
    const others = partitions.filter((partition) => !owned.includes(partition));
    if (others.length === 0) return [];
    const log = await fetchOffsets(this.#source, others);
    const ends = new Map([...log].map(([partition, { latest }]) => [partition, latest]));
    const unread = await findUnread(checkpoints, ends, identity.startingOffsets, 'counted');
    const standing = this.#standstill.observe(unread, this.#forMs);
    const owners = standing.length === 0 ? undefined : await fetchOwners(this.#source);
    return standing.map((each) => withOwner(each, owners));
  }
}
