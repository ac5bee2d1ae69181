import type { CheckpointStore } from '../checkpoint/checkpoint-store.ts';
import { logOf, offsetInLog, positionIn } from '../ports/log-position.ts';
import { QueryError } from '../ports/query-error.ts';
import type { Source } from '../ports/source.ts';

/** A partition whose checkpoint has not reached an offset of its log. */
export interface UnreadPartition {
  readonly partition: number;
  /** Offsets of the log: where its checkpoint stands, and where it should. */
  readonly offset: bigint;
  readonly target: bigint;
}

/**
 * The partitions among `targets` (by number, an offset of the log) that nothing has read so far, whoever owns them, as their
 * checkpoints say: one GET each. A partition without a checkpoint stands at its starting offset.
 */
export async function findUnread<State>(
  checkpoints: CheckpointStore<State>,
  targets: ReadonlyMap<number, bigint>,
  startingOffsets: ReadonlyMap<number, bigint>,
): Promise<readonly UnreadPartition[]> {
  const unread = await Promise.all(
    [...targets].map(async ([partition, target]) => {
      const checkpoint = (await checkpoints.read(partition))?.checkpoint;
      const position = checkpoint?.committed.endOffset ?? startingOffsets.get(partition) ?? 0n;
      const isReached =
        position >= positionIn(logOf(position), target) && (checkpoint?.planned ?? null) === null;
      return isReached ? [] : [{ partition, offset: offsetInLog(position), target }];
    }),
  );
  return unread.flat();
}

/** What `availableNow` ends with when others do not read on: it names what is left, and who has it. */
export async function unreadError(
  source: Source,
  unread: readonly UnreadPartition[],
  waitedMs: number,
): Promise<QueryError> {
  const owners = await source.fetchOwners?.().catch(() => undefined);
  const list = unread.map(({ partition, offset, target }) => {
    const owner = owners?.get(partition);
    const who = owner === undefined ? 'no owner is known' : `the group has given it to ${owner}`;
    return `partition ${partition} at offset ${offset} of ${target} (${who})`;
  });
  return new QueryError(
    'partition_unread',
    `what this consumer was given is done, but others have read nothing of ${source.topic} for ${waitedMs / 1000} s: ${list.join(', ')}. ` +
      'Start or resume the consumer that has it, or take it out of the group, and run this again: nothing is read twice.',
  );
}
