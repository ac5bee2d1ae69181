import { lostRanges } from './lost-ranges.ts';
import type { OffsetRange } from '../ports/offset-range.ts';

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
  readonly at: string;
}

/** A batch that was decided on: nobody can plan these offsets differently any more. */
export interface BatchPlan extends OffsetRange {
  readonly batchId: number;
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
 * Records that were lost before they were read. `expired`: the log starts after the checkpoint. `truncated`: the log ends
 * before it (topic recreated or cut back); the offsets had been read once, or planned, and what is now written under them
 * is skipped.
 */
export interface Gap extends OffsetRange {
  readonly reason: 'expired' | 'truncated';
  readonly at: string;
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
 *  withGap                 withGap: some of its records are gone
 * ```
 *
 * A plan's range never changes, not even when its records are lost: whoever has read the plan may still write the files
 * that are named after it, and no other range may overlap them. The records in `gaps` are left out of the batch.
 */
export interface PartitionCheckpoint<State> {
  readonly query: string;
  readonly partition: number;
  readonly firstOffset: bigint;
  readonly committed: Committed<State>;
  readonly planned: BatchPlan | null;
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
  const committed = { batchId: -1, endOffset: firstOffset, state, totals, at };
  return { query, partition, firstOffset, committed, planned: null, recent: [], gaps: [] };
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
  return { ...checkpoint, planned: plan };
}

/** What executing a plan gave. */
export interface BatchOutcome<State> {
  readonly state: State;
  readonly rows: number;
  readonly deadLetters: number;
  readonly files: readonly WrittenFile[];
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
  return {
    ...checkpoint,
    committed: { batchId, endOffset, state: outcome.state, totals, at },
    planned: null,
    recent: [...checkpoint.recent, batch].slice(-RECENT_BATCHES),
  };
}

/**
 * Records a loss. Without a plan, an `expired` range follows the committed offsets and is stepped over; with one it lies
 * within the plan. A `truncated` range ends with what was planned or committed. Throws a `RangeError` otherwise: a bug.
 */
export function withGap<State>(checkpoint: PartitionCheckpoint<State>, gap: Gap): PartitionCheckpoint<State> {
  const { committed, planned } = checkpoint;
  const isStep = gap.reason === 'expired' && planned === null;
  const fits =
    gap.reason === 'truncated'
      ? gap.endOffset === (planned ?? committed).endOffset
      : planned === null
        ? gap.startOffset === committed.endOffset
        : gap.startOffset >= planned.startOffset && gap.endOffset <= planned.endOffset;
  if (!fits || gap.endOffset <= gap.startOffset) {
    throw new RangeError(
      `the ${gap.reason} range ${gap.startOffset} to ${gap.endOffset} does not fit offset ${committed.endOffset}` +
        (planned === null ? '' : ` and the plan up to ${planned.endOffset}`),
    );
  }
  const next = isStep ? { ...committed, endOffset: gap.endOffset, at: gap.at } : committed;
  return { ...checkpoint, committed: next, gaps: [...checkpoint.gaps, gap] };
}
