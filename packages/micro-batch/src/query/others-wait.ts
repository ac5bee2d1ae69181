import { QueryError } from '../ports/query-error.ts';
import type { OpenedQuery } from './opened-query.ts';
import type { ResolvedQueryOptions } from './query-options.ts';
import type { UnreadPartition } from './query-status.ts';
import { Standstill } from './standstill.ts';
import { describeUnread, fetchOwners, findUnread, withOwner } from './unread-partitions.ts';

/** A wait until all partitions are counted, or in files, up to these offsets of their logs, whichever consumer has them. */
export class OthersWait {
  readonly #options: Pick<ResolvedQueryOptions<unknown>, 'source' | 'othersWaitMs'>;
  readonly #ends: ReadonlyMap<number, bigint>;
  readonly #frontier: 'counted' | 'stored';
  readonly #standstill: Standstill;

  constructor(
    options: Pick<ResolvedQueryOptions<unknown>, 'source' | 'clock' | 'othersWaitMs'>,
    ends: ReadonlyMap<number, bigint>,
    frontier: 'counted' | 'stored',
  ) {
    this.#options = options;
    this.#ends = ends;
    this.#frontier = frontier;
    this.#standstill = new Standstill(options.clock);
  }

  /**
   * The partitions that have not come there yet. To be asked again and again once this consumer has done its share. When none of them
   * has moved for `othersWaitMs`, those that are counted are read: their owners may keep files open for longer than that. If there
   * are others, it rejects with `partition_unread`, which names them and who has them.
   */
  async left<State>({ checkpoints, identity }: OpenedQuery<State>): Promise<readonly UnreadPartition[]> {
    const { othersWaitMs } = this.#options;
    const unread = await findUnread(checkpoints, this.#ends, identity.startingOffsets, this.#frontier);
    const standing = this.#standstill.observe(unread, othersWaitMs);
    if (standing.length < unread.length) return unread;
    const uncounted = unread.filter(({ offset, target }) => offset < target);
    if (uncounted.length > 0) throw await this.#unreadError(uncounted);
    return [];
  }

  async #unreadError(unread: readonly UnreadPartition[]): Promise<QueryError> {
    const { source, othersWaitMs } = this.#options;
    const owners = await fetchOwners(source);
    const list = unread.map((each) => describeUnread(withOwner(each, owners)));
    return new QueryError(
      'partition_unread',
      `what this consumer was given is done, but others have read nothing of ${source.topic} for ${othersWaitMs / 1000} s: ` +
        `${list.join(', ')}. Start or resume the consumer that has it, or take it out of the group, and run this again: ` +
        'nothing is read twice.',
    );
  }
}
