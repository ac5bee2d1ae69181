import type { QueryErrorCode } from '../ports/query-error.ts';
import type { EventTimeStatus } from '../ports/batch-handler.ts';
import type { FilePlan, Gap, Totals } from '../checkpoint/partition-checkpoint.ts';
import type { QueryProgress } from '../trigger/progress.ts';

/**
 * ```
 *  starting ──► waiting ◄──► running ──► stopping ──► stopped
 *                 ▲  ▲         │
 *                 │  └─ paused │ a server does not answer, or says what can't be
 *                 └─ recovering ◄┘        from anywhere: failed
 * ```
 */
export type QueryState =
  'starting' | 'waiting' | 'running' | 'recovering' | 'paused' | 'stopping' | 'stopped' | 'failed';

/** A partition that this consumer owns. */
export interface PartitionStatus {
  readonly partition: number;
  readonly firstOffset: bigint;
  /** Everything before it is counted. */
  readonly countedOffset: bigint;
  /** Everything before it is in files that can be seen. */
  readonly storedOffset: bigint;
  /** When the first batch was counted that is not stored, ISO 8601; `null`: all are. */
  readonly openSince: string | null;
  /** How large the largest file has become that is being filled, in bytes. */
  readonly openBytes: number;
  /** When open files are finished by their age or for want of records, in milliseconds since the epoch; `undefined`: none are open. */
  readonly openUntil: number | undefined;
  readonly batchId: number;
  readonly planned: FilePlan | null;
  /** As last read from the log; `undefined` before the first trigger. */
  readonly earliestOffset: bigint | undefined;
  readonly latestOffset: bigint | undefined;
  /** Records that wait: latest less counted. */
  readonly lag: bigint | undefined;
  /** When the first record was produced that is not counted, in milliseconds since the epoch; `undefined`: none was read so far. */
  readonly oldestUncountedAt: number | undefined;
  /** Of what is counted, and of what is in files. */
  readonly totals: Totals;
  readonly storedTotals: Totals;
  readonly gaps: readonly Gap[];
  /** Of what is counted; `undefined`: the query does not count by event time. */
  readonly eventTime: EventTimeStatus | undefined;
  readonly bufferedBytes: number;
}

/** A partition whose checkpoint has not reached an offset of its log. */
export interface UnreadPartition {
  readonly partition: number;
  /** Offsets of the log: where its checkpoint stands, and where it should. */
  readonly offset: bigint;
  readonly target: bigint;
}

/** One that others should read, and its owner by the group's name for it; `null`: none; `undefined`: not known. */
export interface UnreadStatus extends UnreadPartition {
  readonly owner: string | null | undefined;
}

export interface QueryStatus {
  /** `undefined` until the query has been opened. */
  readonly id: string | undefined;
  readonly runId: string;
  readonly name: string;
  readonly topic: string;
  readonly state: QueryState;
  /** For people: what is being waited for, or what failed and what to do. */
  readonly message: string;
  readonly errorCode: QueryErrorCode | 'unexpected' | undefined;
  /** Whether the group has given this consumer its share, which may be none. */
  readonly assigned: boolean;
  readonly partitions: readonly PartitionStatus[];
  /** Those that this consumer does not own, and where records have waited for a minute (`othersWaitMs`) without a commit. */
  readonly unread: readonly UnreadStatus[];
  /** Milliseconds since the epoch: the last trigger that went through, whether or not there was something to do. */
  readonly lastTriggerAt: number | undefined;
  readonly lastProgress: QueryProgress | undefined;
}
