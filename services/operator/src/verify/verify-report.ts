import type { Gap, PartitionOffsets, FilePlan, QueryIdentity } from '@client-tickets/micro-batch';
import type { Difference } from './difference.ts';

/** What was proven of one partition: its offsets `[firstOffset, endOffset)`. */
export interface VerifiedPartition {
  readonly partition: number;
  readonly firstOffset: bigint;
  readonly endOffset: bigint;
  /** What is counted: from `endOffset` to here it is in files that can't be seen yet. */
  readonly countedOffset: bigint;
  readonly rows: number;
  readonly deadLetters: number;
  /** Offsets that never had a record, as the checkpoint has counted them. */
  readonly emptyOffsets: number;
  /** Lost before they were read, and those that the log lost later. */
  readonly gaps: readonly Gap[];
  readonly ranges: number;
  readonly files: number;
  /** Files that were decided on when the proof began and could not be seen yet. */
  readonly planned: FilePlan | null;
  /** `undefined`: not known. */
  readonly log: PartitionOffsets | undefined;
}

export interface VerifyReport {
  readonly ok: boolean;
  readonly topic: string;
  readonly results: string;
  readonly checkpoint: string;
  readonly query: Pick<QueryIdentity, 'id' | 'handlerVersion' | 'settings' | 'createdAt'> | undefined;
  readonly partitions: readonly VerifiedPartition[];
  readonly differences: readonly Difference[];
  /** How many differences are not listed. */
  readonly moreDifferences: number;
  /** Worth knowing, and no reason to fail. */
  readonly notes: readonly string[];
}
