import { QueryError } from '../ports/query-error.ts';
import type { OffsetRange } from '../ports/offset-range.ts';
import type { Gap, PartitionCheckpoint } from '../checkpoint/partition-checkpoint.ts';
import type { PartitionOffsets } from '../ports/source.ts';

export type Loss = Omit<Gap, 'at'>;

/**
 * Records that retention removed before they were read: the log now starts after a position that was still to be read.
 * The first such range, or `undefined`.
 *
 * `jumps` and `position`, where it ends, are those of the partition's buffer now. What lies before the start of the log is gone,
 * whenever the jump was seen. A jump at or after it is no loss, if it was there before these offsets were read: then these
 * offsets never will have records. Of a later one nothing is known yet.
 */
export function findExpired(
  jumps: readonly OffsetRange[],
  position: bigint,
  { earliest }: PartitionOffsets,
): Loss | undefined {
  const jump = jumps.find(({ startOffset }) => startOffset < earliest);
  if (jump !== undefined) {
    const endOffset = earliest < jump.endOffset ? earliest : jump.endOffset;
    return { startOffset: jump.startOffset, endOffset, reason: 'expired' };
  }
  return position < earliest ? { startOffset: position, endOffset: earliest, reason: 'expired' } : undefined;
}

/**
 * Records that were there once: the log ends before what was planned or committed, because the topic was recreated or cut
 * back. Also true for a moment after a change of leader, so the caller waits before it believes it. A loss that is already
 * recorded in the checkpoint is not found again.
 */
export function findTruncated<State>(
  { committed, planned, gaps }: PartitionCheckpoint<State>,
  { latest }: PartitionOffsets,
): Loss | undefined {
  const endOffset = planned?.endOffset ?? committed.endOffset;
  if (latest >= endOffset) return undefined;
  const known = gaps.some((gap) => gap.reason === 'truncated' && gap.endOffset === endOffset);
  return known ? undefined : { startOffset: latest, endOffset, reason: 'truncated' };
}

/** The error that a query stops with unless data loss is allowed. */
export function dataLossError(
  topic: string,
  partition: number,
  loss: Loss,
  log: PartitionOffsets,
): QueryError {
  const explanation =
    loss.reason === 'expired'
      ? `the log now starts at ${log.earliest}: retention removed them before they were read`
      : `the log now ends at ${log.latest}: the topic was recreated or cut back`;
  return new QueryError(
    'data_loss',
    `offsets ${loss.startOffset} to ${loss.endOffset - 1n} of ${topic}, partition ${partition}, are gone; ${explanation}. ` +
      'Nothing was skipped. Allow data loss (failOnDataLoss: false), which records the range as lost and goes on, or start ' +
      'with a new checkpoint and results location.',
  );
}
