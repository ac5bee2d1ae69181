import { QueryError } from '../ports/query-error.ts';
import { offsetInLog } from '../ports/log-position.ts';
import type { OffsetRange } from '../ports/offset-range.ts';
import type { Loss, PartitionCheckpoint } from '../checkpoint/partition-checkpoint.ts';
import type { PartitionOffsets } from '../ports/source.ts';

/** A log seems to end too early. */
export interface TruncationWait {
  /** In monotonic time. */
  readonly since: number;
  /** The least position that it has ended at. */
  readonly latest: bigint;
}

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
 * Records that were there once: the log ends before what was counted, because the topic was recreated or cut back. Also true
 * for a moment after a change of leader, so the caller waits before it believes it.
 */
export function findTruncated<State>(
  { counted: { endOffset } }: PartitionCheckpoint<State>,
  { latest }: PartitionOffsets,
): Loss | undefined {
  return latest < endOffset ? { startOffset: latest, endOffset, reason: 'truncated' } : undefined;
}

/** Where it shows that the log was replaced: from the last record that is stored to what is to be read next. */
export function findReplaced<State>({ stored, counted }: PartitionCheckpoint<State>): Loss {
  const startOffset = stored.lastRecord?.offset ?? stored.endOffset;
  const { endOffset } = counted;
  return {
    startOffset,
    endOffset: endOffset > startOffset ? endOffset : startOffset + 1n,
    reason: 'replaced',
  };
}

/** How a loss is accepted where the query was started from code; its owner may know another way (`lossAdvice`). */
export const LOSS_ADVICE = '`failOnDataLoss: false` does, for any loss';

/** The error that a query stops with unless data loss is allowed. `advice` says how a person accepts it. */
export function dataLossError(topic: string, partition: number, loss: Loss, advice: string): QueryError {
  const first = offsetInLog(loss.startOffset);
  const last = offsetInLog(loss.endOffset - 1n);
  const range = first === last ? `offset ${first}` : `offsets ${first} to ${last}`;
  return new QueryError(
    'data_loss',
    `${range} of ${topic}, partition ${partition}: ${EXPLANATIONS[loss.reason](first)}. Nothing was skipped, and the query stays ` +
      `stopped until the loss is accepted (${advice}), or until it starts with a new checkpoint and results location.`,
  );
}

const EXPLANATIONS: Readonly<Record<Loss['reason'], (first: bigint) => string>> = {
  expired: () => 'retention removed these records before they were read',
  truncated: (first) =>
    `these records are gone: the log ended at ${first} when it was looked at; the topic was recreated or cut back`,
  replaced: () =>
    'the log holds other records here than those that were read: the topic was recreated or restored, or another cluster ' +
    'has its name',
};
