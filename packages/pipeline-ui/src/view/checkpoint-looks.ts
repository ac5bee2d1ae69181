import {
  logOf,
  positionIn,
  type CountedBatch,
  type EventTimeStatus,
  type PartitionCheckpoint,
  type PartitionOffsets,
  type PartitionStatus,
  type StoredFiles,
} from '@client-tickets/micro-batch';
import { OTHERS_EVERY_MS, QUIET_EVERY_MS } from './look-again.ts';

/** What is known of a partition from its checkpoint, and from what this consumer has done. */
export interface ReadPartition {
  /** As last read; `undefined` when there was none yet. Counts in it are not read here: the published ones are shown. */
  readonly checkpoint: PartitionCheckpoint<EventTimeStatus | undefined> | undefined;
  readonly etag: string | undefined;
  /** Monotonic time at which it was taken in. */
  readonly readAt: number | undefined;
  /** Whether it was read since this consumer got the partition. */
  readonly isReadAsOwner: boolean;
  /** Just before it was read: the version that was known by then (`KnownObjects`), and where the log ended. */
  readonly version: number | undefined;
  readonly offsets: PartitionOffsets | undefined;
  /** The latest ones, oldest first. */
  readonly batches: readonly CountedBatch[];
  readonly files: readonly StoredFiles[];
}

export const NOTHING_READ: ReadPartition = {
  checkpoint: undefined,
  etag: undefined,
  version: undefined,
  readAt: undefined,
  isReadAsOwner: false,
  offsets: undefined,
  batches: [],
  files: [],
};

/** What is known anyway is taken in: that costs the time to parse it. */
const TAKEN_IN_EVERY_MS = 2_000;
const OWN_EVERY_MS = 5_000;

/** For how long what is known of the checkpoint of a partition of this consumer is good enough to be taken in; `undefined`: nothing has to be. */
export function lookAtOwn(
  { readAt, isReadAsOwner, batches }: ReadPartition,
  owned: PartitionStatus,
  now: number,
): number | undefined {
  if (readAt === undefined || !isReadAsOwner) return 0;
  // A batch that was found rather than counted here is not reported; the offsets then do not fit together.
  const reportedEnd = batches.at(-1)?.endOffset ?? owned.firstOffset;
  const gapEnd = owned.gaps.at(-1)?.endOffset ?? owned.firstOffset;
  const isComplete = owned.countedOffset <= (reportedEnd > gapEnd ? reportedEnd : gapEnd);
  return !isComplete && now - readAt >= OWN_EVERY_MS ? OWN_EVERY_MS : undefined;
}

/** The same for a partition of another consumer, or of none. `latest`: as `KnownObjects` has it. */
export function lookAtOther(
  { readAt, version, checkpoint }: ReadPartition,
  latest: { readonly at: number | undefined; readonly version: number | undefined },
  log: PartitionOffsets | undefined,
  now: number,
): number | undefined {
  const goodForMs = isAtRest(checkpoint, log) ? QUIET_EVERY_MS : OTHERS_EVERY_MS;
  if (readAt === undefined || latest.at === undefined || now - latest.at >= goodForMs) return goodForMs;
  return latest.version !== version && now - readAt >= TAKEN_IN_EVERY_MS ? goodForMs : undefined;
}

/** All that its log holds is counted and in files, so its owner has nothing to do. `false` also where the log is not known. */
export function isAtRest(
  checkpoint: PartitionCheckpoint<unknown> | undefined,
  log: PartitionOffsets | undefined,
): boolean {
  if (log === undefined) return false;
  if (checkpoint === undefined) return log.latest <= log.earliest;
  const { counted, openSince, planned } = checkpoint;
  const end = positionIn(logOf(counted.endOffset), log.latest);
  return counted.endOffset >= end && openSince === null && planned === null;
}
