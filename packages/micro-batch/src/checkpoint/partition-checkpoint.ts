import { lostRanges } from './lost-ranges.ts';
import { logOf } from '../ports/log-position.ts';
import type { OffsetRange } from '../ports/offset-range.ts';
import type { RecordMark } from './record-mark.ts';

/** How often each outcome was seen since the partition's first offset. */
export interface Totals {
  readonly rows: number;
  readonly deadLetters: number;
  /** Offsets without a record: compacted away, or transaction markers. */
  readonly emptyOffsets: number;
}

/** Everything before `endOffset` is in the results and in `state`. */
export interface Committed<State> {
  /** -1 before the first batch. */
  readonly batchId: number;
  readonly endOffset: bigint;
  readonly state: State;
  readonly totals: Totals;
  /** The last record before `endOffset`, by which the log is known again; `null`: there was none, or it was lost. */
  readonly lastRecord: RecordMark | null;
  readonly at: string;
}

/** A batch that was decided on: nobody can plan these offsets differently any more. */
export interface BatchPlan extends OffsetRange {
  readonly batchId: number;
  /** Its last record when it was planned, so that records of another log are never taken for its own; `null`: it has none. */
  readonly lastRecord: RecordMark | null;
  readonly at: string;
}

export interface WrittenFile {
  /** Relative to the results location. */
  readonly key: string;
  /** In bytes. */
  readonly size: number;
}

export interface CommittedBatch extends OffsetRange {
  readonly batchId: number;
  readonly rows: number;
  readonly deadLetters: number;
  readonly files: readonly WrittenFile[];
  readonly plannedAt: string;
  readonly committedAt: string;
}

/**
 * Positions that no record will come for. `expired`: retention removed what was there before it was read. `replaced`: the log
 * was replaced by another one; what was still to come of it is lost, however much that was, and the next log follows.
 */
export interface Gap extends OffsetRange {
  readonly reason: 'expired' | 'replaced';
  readonly at: string;
}

/**
 * What is wrong with the log, and where. `expired`: it begins after these positions, which were to be read next. `truncated`: it
 * ends before them, and they were read or planned. `replaced`: it holds other records there than those that were read.
 */
export interface Loss extends OffsetRange {
  readonly reason: 'expired' | 'truncated' | 'replaced';
}

/** Where reading goes on in a log that replaced another one. After an `expired` loss it goes on where the log begins. */
export type LossDecision = 'earliest' | 'latest';

/** A loss that stopped the query. It stays stopped, over restarts, until a person has decided. */
export interface Stop extends Loss {
  readonly at: string;
  readonly decision: LossDecision | null;
}

/**
 * All that is known of one partition of a query; the only state of the engine. Kept in one object that is replaced by
 * compare-and-swap and never written otherwise.
 *
 * ```
 *             withPlan
 *        ┌────────────────►
 *   idle                    planned
 *   │  ▲ ◄────────────────┘ │   ▲
 *   └──┘     withCommit     └───┘
 *  withGap,                withGap: some of its records are gone
 *  withNextLog
 * ```
 *
 * Offsets are positions (`log-position.ts`), so those of a log that replaced another one follow it.
 *
 * A plan's range never changes, not even when its records are lost: whoever has read the plan may still write the files
 * that are named after it, and no other range may overlap them. The records in `gaps` are left out of the batch.
 */
export interface PartitionCheckpoint<State> {
  readonly query: string;
  readonly partition: number;
  readonly firstOffset: bigint;
  /** What the source calls the log, if it has a name for it that another log does not get: the id of a Kafka topic. */
  readonly logId: string | null;
  readonly committed: Committed<State>;
  readonly planned: BatchPlan | null;
  readonly stopped: Stop | null;
  /** The latest batches, oldest first. */
  readonly recent: readonly CommittedBatch[];
  readonly gaps: readonly Gap[];
}

/** How many batches `recent` holds. */
export const RECENT_BATCHES = 100;

export function newPartitionCheckpoint<State>(start: {
  readonly query: string;
  readonly partition: number;
  readonly firstOffset: bigint;
  readonly state: State;
  readonly at: string;
}): PartitionCheckpoint<State> {
  const { query, partition, firstOffset, state, at } = start;
  const totals = { rows: 0, deadLetters: 0, emptyOffsets: 0 };
  const committed = { batchId: -1, endOffset: firstOffset, state, totals, lastRecord: null, at };
  const nothing = { logId: null, planned: null, stopped: null, recent: [], gaps: [] };
  return { query, partition, firstOffset, committed, ...nothing };
}

/** Throws a `RangeError` when the plan does not follow the committed offsets: a bug, never an input. */
export function withPlan<State>(
  checkpoint: PartitionCheckpoint<State>,
  plan: BatchPlan,
): PartitionCheckpoint<State> {
  const { committed, planned } = checkpoint;
  const follows = plan.startOffset === committed.endOffset && plan.endOffset > plan.startOffset;
  if (planned !== null || !follows || plan.batchId <= committed.batchId) {
    throw new RangeError(
      `batch ${plan.batchId} of offsets ${plan.startOffset} to ${plan.endOffset} does not follow ` +
        `batch ${committed.batchId}, which ends at ${committed.endOffset}`,
    );
  }
  return { ...checkpoint, planned: plan, stopped: null }; // a batch is planned only where nothing is lost, or that is decided
}

/** What executing a plan gave. */
export interface BatchOutcome<State> {
  readonly state: State;
  readonly rows: number;
  readonly deadLetters: number;
  readonly files: readonly WrittenFile[];
  /** `null`: the batch had no record. */
  readonly lastRecord: RecordMark | null;
  /** `undefined`: the source does not say. */
  readonly logId: string | undefined;
}

/**
 * Turns the plan into the committed batch. Throws a `RangeError` when there are more rows and dead letters than offsets,
 * and writes nothing: a bug of the source or of the handler.
 */
export function withCommit<State>(
  checkpoint: PartitionCheckpoint<State>,
  outcome: BatchOutcome<State>,
  at: string,
): PartitionCheckpoint<State> {
  const { planned, committed } = checkpoint;
  if (planned === null) throw new RangeError('nothing is planned, so nothing can be committed');
  const { batchId, startOffset, endOffset } = planned;
  const { rows, deadLetters, files } = outcome;
  const batch = {
    batchId,
    startOffset,
    endOffset,
    rows,
    deadLetters,
    files,
    plannedAt: planned.at,
    committedAt: at,
  };
  const lost = lostRanges(planned, checkpoint.gaps).reduce(
    (sum, range) => sum + range.endOffset - range.startOffset,
    0n,
  );
  const emptyOffsets = Number(endOffset - startOffset - lost) - rows - deadLetters;
  if (!(rows >= 0 && deadLetters >= 0 && emptyOffsets >= 0)) {
    throw new RangeError(
      `batch ${batchId} has ${rows} rows and ${deadLetters} dead letters for offsets ${startOffset} to ${endOffset}, ` +
        `${lost} of which were lost: more than there can be`,
    );
  }
  const totals = {
    rows: committed.totals.rows + rows,
    deadLetters: committed.totals.deadLetters + deadLetters,
    emptyOffsets: committed.totals.emptyOffsets + emptyOffsets,
  };
  const lastRecord = outcome.lastRecord ?? committed.lastRecord;
  return {
    ...checkpoint,
    logId: outcome.logId ?? checkpoint.logId,
    committed: { batchId, endOffset, state: outcome.state, totals, lastRecord, at },
    planned: null,
    recent: [...checkpoint.recent, batch].slice(-RECENT_BATCHES),
  };
}

/**
 * Records a loss: without a plan one that follows what was committed, and is stepped over; with a plan one that lies within it.
 * Throws a `RangeError` otherwise: a bug.
 */
export function withGap<State>(checkpoint: PartitionCheckpoint<State>, gap: Gap): PartitionCheckpoint<State> {
  const { committed, planned } = checkpoint;
  const fits =
    planned === null
      ? gap.startOffset === committed.endOffset
      : gap.startOffset >= planned.startOffset && gap.endOffset <= planned.endOffset;
  if (!fits || gap.endOffset <= gap.startOffset) {
    throw new RangeError(
      `the ${gap.reason} range ${gap.startOffset} to ${gap.endOffset} does not fit offset ${committed.endOffset}` +
        (planned === null ? '' : ` and the plan up to ${planned.endOffset}`),
    );
  }
  const gaps = [...checkpoint.gaps, gap];
  // With a plan, what was decided holds for what comes after it as well.
  if (planned !== null) return { ...checkpoint, gaps };
  const { endOffset, at } = gap;
  // Nothing before the gap can be compared with the log again.
  return { ...checkpoint, gaps, stopped: null, committed: { ...committed, endOffset, lastRecord: null, at } };
}

/** Goes on in a log that replaced the one before: from this position, which lies in the next log. */
export function withNextLog<State>(
  checkpoint: PartitionCheckpoint<State>,
  next: { readonly position: bigint; readonly logId: string | undefined; readonly at: string },
): PartitionCheckpoint<State> {
  const { position: endOffset, logId, at } = next;
  const { endOffset: startOffset } = checkpoint.committed;
  if (checkpoint.planned !== null || logOf(endOffset) !== logOf(startOffset) + 1n)
    throw new RangeError(`position ${endOffset} does not begin the log after the one of ${startOffset}`);
  const gap = { startOffset, endOffset, reason: 'replaced', at } as const;
  return { ...withGap(checkpoint, gap), logId: logId ?? null };
}

/** Notes that the query stops for a loss. */
export function withStop<State>(
  checkpoint: PartitionCheckpoint<State>,
  { reason, startOffset, endOffset }: Loss,
  at: string,
): PartitionCheckpoint<State> {
  return { ...checkpoint, stopped: { reason, startOffset, endOffset, at, decision: null } };
}

/** Notes what a person has decided about the loss. Throws a `RangeError` where there is none. */
export function withDecision<State>(
  checkpoint: PartitionCheckpoint<State>,
  decision: LossDecision,
): PartitionCheckpoint<State> {
  const { stopped, partition } = checkpoint;
  if (stopped === null) throw new RangeError(`partition ${partition} is not stopped for a loss`);
  return { ...checkpoint, stopped: { ...stopped, decision } };
}
