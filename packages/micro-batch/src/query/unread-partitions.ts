import type { CheckpointStore } from '../checkpoint/checkpoint-store.ts';
import { logOf, offsetInLog, positionIn } from '../ports/log-position.ts';
import type { Source } from '../ports/source.ts';
import type { UnreadPartition, UnreadStatus } from './query-status.ts';

/**
 * The partitions among `targets` (by number, an offset of the log) that are not counted, or not stored, so far, in this consumer or others, as
 * their checkpoints say: one GET each. A partition without a checkpoint stands at its starting offset.
 */
export async function findUnread<State>(
  checkpoints: CheckpointStore<State>,
  targets: ReadonlyMap<number, bigint>,
  startingOffsets: ReadonlyMap<number, bigint>,
  frontier: 'counted' | 'stored',
): Promise<readonly UnreadPartition[]> {
  const unread = await Promise.all(
    [...targets].map(async ([partition, target]) => {
      const checkpoint = (await checkpoints.read(partition))?.checkpoint;
      const first = startingOffsets.get(partition) ?? 0n;
      const position = checkpoint?.counted.endOffset ?? first;
      const reached = checkpoint?.[frontier].endOffset ?? first;
      const isReached = reached >= positionIn(logOf(position), target);
      return isReached ? [] : [{ partition, offset: offsetInLog(position), target }];
    }),
  );
  return unread.flat();
}

/** Who has which partition; `undefined`: the source does not say, or not now. */
export async function fetchOwners(source: Source): Promise<ReadonlyMap<number, string> | undefined> {
  return source.fetchOwners?.().catch(() => undefined);
}

export function withOwner(
  unread: UnreadPartition,
  owners: ReadonlyMap<number, string> | undefined,
): UnreadStatus {
  return { ...unread, owner: owners === undefined ? undefined : (owners.get(unread.partition) ?? null) };
}

/** For people: where it stands, and who has it. */
export function describeUnread({ partition, offset, target, owner }: UnreadStatus): string {
  const who =
    owner === undefined
      ? 'no owner is known'
      : owner === null
        ? 'no consumer reads it'
        : `the group has given it to ${owner}`;
  return `partition ${partition} at offset ${offset} of ${target} (${who})`;
}
