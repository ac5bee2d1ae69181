import type { PartitionCheckpoint } from '@client-tickets/micro-batch';
import type { QueryState } from '@client-tickets/records';
import type { Counts } from '@client-tickets/results';
import type { CountsTally } from './counts-tally.ts';

/** A partition as it was proven: its checkpoint, and the counts of the rows in its files. */
export interface CountedPartition {
  readonly checkpoint: PartitionCheckpoint<QueryState>;
  readonly counts: CountsTally;
}

/** What published counts may say of one partition: both are the same where that is known exactly. */
export interface ExpectedCounts {
  readonly least: Counts;
  readonly most: Counts;
  /** How many rows they count; `undefined`: not known. */
  readonly rows: number | undefined;
}

/**
 * What counts up to `endOffset` must be, which is no more than what is counted.
 *
 * Up to `stored` the rows in files say it, and at `counted` the state does. In between are rows in files that can't be seen yet: the
 * counts lie between the two, and how many rows they are is known from the batches that the checkpoint names. The same where rows
 * were lost after they were counted: they are in the state and in no file.
 */
export function expectedCounts({ checkpoint, counts }: CountedPartition, endOffset: bigint): ExpectedCounts {
  const { stored, counted, gaps } = checkpoint;
  const isStored = endOffset <= stored.endOffset;
  const rows = rowsBefore(checkpoint, endOffset);
  const inFiles = endOffset < stored.endOffset ? counts.before(endOffset) : counts.total;
  if (isStored && !gaps.some(({ isCounted }) => isCounted))
    return { least: inFiles, most: inFiles, rows: undefined };
  if (endOffset === counted.endOffset)
    return { least: counted.state.counts, most: counted.state.counts, rows };
  return { least: inFiles, most: counted.state.counts, rows };
}

/** The rows that were counted before a place where a batch began, as far back as batches are named. */
function rowsBefore(
  { counted, recentBatches }: PartitionCheckpoint<QueryState>,
  endOffset: bigint,
): number | undefined {
  const later = recentBatches.filter(({ startOffset }) => startOffset >= endOffset);
  const begin = later[0]?.startOffset ?? counted.endOffset;
  if (begin !== endOffset) return undefined;
  return later.reduce((rows, batch) => rows - batch.rows, counted.totals.rows);
}

/** Whether counts up to there can be held to exactly what they must be. */
export function isKnownExactly(
  { stored, counted, gaps }: PartitionCheckpoint<QueryState>,
  endOffset: bigint,
): boolean {
  if (endOffset === counted.endOffset) return true;
  return endOffset <= stored.endOffset && !gaps.some(({ isCounted }) => isCounted);
}
