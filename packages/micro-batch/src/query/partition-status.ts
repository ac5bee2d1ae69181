import type { PartitionQuery } from '../trigger/partition-query.ts';
import type { PartitionOffsets } from '../ports/source.ts';
import type { PartitionStatus } from './query-status.ts';

/** Where a partition stands; `log` is what was last read of its log. */
export function partitionStatus<State>(
  { partition, checkpoint, buffer }: PartitionQuery<State>,
  log: PartitionOffsets | undefined,
): PartitionStatus {
  const { firstOffset, committed, planned, gaps } = checkpoint;
  const waiting = log === undefined ? undefined : log.latest - committed.endOffset;
  return {
    partition,
    firstOffset,
    committedOffset: committed.endOffset,
    batchId: committed.batchId,
    planned,
    earliestOffset: log?.earliest,
    latestOffset: log?.latest,
    lag: waiting === undefined || waiting > 0n ? waiting : 0n,
    totals: committed.totals,
    gaps,
    bufferedBytes: buffer.bytes,
  };
}
