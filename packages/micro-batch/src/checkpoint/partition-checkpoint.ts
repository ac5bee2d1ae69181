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

/** How far something has come: everything before `endOffset` is in `state` and `totals`. */
export interface Frontier<State> {
  readonly endOffset: bigint;
  readonly state: State;
  readonly totals: Totals;
  /** The last record before `endOffset`, by which the log is known again; `null`: there was none, or it was lost. */
  readonly lastRecord: RecordMark | null;
  readonly at: string;
}

/** What is counted, and so published. */
export interface Counted<State> extends Frontier<State> {
  /** -1 before the first batch. */
  readonly batchId: number;
}

/** What result files hold. Their rows are exactly those of its state. */
export type Stored<State> = Frontier<State>;

/** Files that were decided on, of everything that is counted and not stored: no consumer can cut them differently any more. */
export interface FilePlan extends OffsetRange {
  readonly at: string;
}

export interface CountedBatch extends OffsetRange {
  readonly batchId: number;
  readonly rows: number;
  readonly deadLetters: number;
  readonly at: string;
}

export interface WrittenFile {
  /** Relative to the results location. */
  readonly key: string;
  /** In bytes. */
  readonly size: number;
}

/** The files of one range: one a format and kind, none where it has no records. */
export interface StoredFiles extends OffsetRange {
  readonly rows: number;
  readonly deadLetters: number;
  readonly files: readonly WrittenFile[];
  readonly plannedAt: string;
  readonly storedAt: string;
}

/**
 * Positions that no record will come for. `expired`: retention removed what was there before it was read. `replaced`: the log
 * was replaced by another one; what was still to come of it is lost, however much that was, and the next log follows.
 */
export interface Gap extends OffsetRange {
  readonly reason: 'expired' | 'replaced';
  /** They were counted, and lost before files held them: the state counts what no file has. */
  readonly isCounted: boolean;
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
 * compare-and-swap and never written otherwise. Two frontiers move in it:
 *
 * ```
 *   firstOffset          stored                    counted
 *        │  in files         │  in open files          │  not read yet
 *        └───────────────────┴─────────────────────────┴──────────────►
 *                            └──── planned: its files ──┘
 *
 *   withBatch   moves `counted`; nothing is written for it
 *   withPlan    decides on the files of all that is counted and not stored; `counted` stays where it is
 *   withFiles   moves `stored` to the end of the plan, once its files can be seen
 *   withState   changes the state between two records, where nothing is open; both stay where they are
 *   withGap     moves both over what is lost, where nothing is open; else it lies in the open range, whose end stays
 *   withNextLog the same, into the log that replaced this one
 * ```
 *
 * Offsets are positions (`log-position.ts`), so those of a log that replaced another one follow it.
 *
 * A plan's range never changes, not even when its records are lost: another consumer that has read the plan may still write the
 * files that are named after it, and no other range may overlap them. The records in `gaps` are left out of them.
 */
export interface PartitionCheckpoint<State> {
  readonly query: string;
  readonly partition: number;
  readonly firstOffset: bigint;
  /** What the source calls the log, if it has a name for it that another log does not get: the id of a Kafka topic. */
  readonly logId: string | null;
  readonly counted: Counted<State>;
  readonly stored: Stored<State>;
  /** When the first batch was counted that is not stored; `null`: all are. */
  readonly openSince: string | null;
  readonly planned: FilePlan | null;
  readonly stopped: Stop | null;
  /** The latest ones, oldest first; files of a range may hold many batches. */
  readonly recentBatches: readonly CountedBatch[];
  readonly recentFiles: readonly StoredFiles[];
  readonly gaps: readonly Gap[];
}

/** How many batches, and ranges of files, a checkpoint names. */
export const RECENT = 100;

export function newPartitionCheckpoint<State>(start: {
  readonly query: string;
  readonly partition: number;
  readonly firstOffset: bigint;
  readonly state: State;
  readonly at: string;
}): PartitionCheckpoint<State> {
  const { query, partition, firstOffset, state, at } = start;
  const totals = { rows: 0, deadLetters: 0, emptyOffsets: 0 };
  const stored = { endOffset: firstOffset, state, totals, lastRecord: null, at };
  const nothing = { logId: null, openSince: null, planned: null, stopped: null };
  const lists = { recentBatches: [], recentFiles: [], gaps: [] };
  return { query, partition, firstOffset, counted: { batchId: -1, ...stored }, stored, ...nothing, ...lists };
}

/** What is counted and not stored; `undefined`: nothing. */
export function openRange<State>({ stored, counted }: PartitionCheckpoint<State>): OffsetRange | undefined {
  if (stored.endOffset === counted.endOffset) return undefined;
  return { startOffset: stored.endOffset, endOffset: counted.endOffset };
}

/** What counting a batch gave. */
export interface BatchOutcome<State> {
  readonly batchId: number;
  readonly endOffset: bigint;
  readonly state: State;
  readonly rows: number;
  readonly deadLetters: number;
  /** `null`: the batch had no record. */
  readonly lastRecord: RecordMark | null;
  /** `undefined`: the source does not say. */
  readonly logId: string | undefined;
}

/**
 * Counts a batch that begins where counting has come to. Throws a `RangeError` when it does not follow, or holds more rows and
 * dead letters than offsets: a bug of the engine, the source or the handler, never an input.
 */
export function withBatch<State>(
  checkpoint: PartitionCheckpoint<State>,
  outcome: BatchOutcome<State>,
  at: string,
): PartitionCheckpoint<State> {
  const { counted, planned } = checkpoint;
  const { batchId, endOffset, state, rows, deadLetters } = outcome;
  const { endOffset: startOffset } = counted;
  if (planned !== null || endOffset <= startOffset || batchId <= counted.batchId) {
    throw new RangeError(
      `batch ${batchId}, which ends at ${endOffset}, does not follow batch ${counted.batchId}, which ends at ${startOffset}` +
        (planned === null ? '' : ', whose files are planned'),
    );
  }
  const totals = addUp(counted.totals, { startOffset, endOffset }, outcome, `batch ${batchId}`);
  return {
    ...checkpoint,
    logId: outcome.logId ?? checkpoint.logId,
    counted: { batchId, endOffset, state, totals, lastRecord: outcome.lastRecord ?? counted.lastRecord, at },
    openSince: checkpoint.openSince ?? at,
    stopped: null, // a batch is counted only where nothing is lost, or that is decided
    recentBatches: latest(checkpoint.recentBatches, {
      batchId,
      startOffset,
      endOffset,
      rows,
      deadLetters,
      at,
    }),
  };
}

/** Decides on the files of all that is counted and not stored. Throws a `RangeError` where that is nothing, or planned: a bug. */
export function withPlan<State>(
  checkpoint: PartitionCheckpoint<State>,
  at: string,
): PartitionCheckpoint<State> {
  const range = openRange(checkpoint);
  if (range === undefined || checkpoint.planned !== null)
    throw new RangeError(`partition ${checkpoint.partition} has nothing to plan files for`);
  return { ...checkpoint, planned: { ...range, at } };
}

/** What executing a plan gave. */
export interface FilesOutcome<State> {
  readonly state: State;
  readonly rows: number;
  readonly deadLetters: number;
  readonly files: readonly WrittenFile[];
}

/**
 * Notes that the planned files can be seen. Throws a `RangeError` when nothing is planned, or they hold more rows and dead letters
 * than offsets: a bug.
 */
export function withFiles<State>(
  checkpoint: PartitionCheckpoint<State>,
  outcome: FilesOutcome<State>,
  at: string,
): PartitionCheckpoint<State> {
  const { planned, stored, counted, gaps } = checkpoint;
  if (planned === null) throw new RangeError('no files are planned, so none can be stored');
  const { startOffset, endOffset } = planned;
  const { state, rows, deadLetters, files } = outcome;
  const lost = sizeOf(lostRanges(planned, gaps));
  const totals = addUp(stored.totals, planned, outcome, 'the planned files', lost);
  const plannedAt = planned.at;
  return {
    ...checkpoint,
    stored: { endOffset, state, totals, lastRecord: counted.lastRecord, at },
    openSince: null,
    planned: null,
    recentFiles: latest(checkpoint.recentFiles, {
      startOffset,
      endOffset,
      rows,
      deadLetters,
      files,
      plannedAt,
      storedAt: at,
    }),
  };
}

/** The state changes between two records. Throws a `RangeError` where something is open: a file would hold it in part only. */
export function withState<State>(
  checkpoint: PartitionCheckpoint<State>,
  next: (state: State) => State,
): PartitionCheckpoint<State> {
  const { counted, stored, partition } = checkpoint;
  if (openRange(checkpoint) !== undefined)
    throw new RangeError(`partition ${partition} has open files, so its state can't change by itself`);
  const [countedState, storedState] = [next(counted.state), next(stored.state)];
  if (countedState === counted.state && storedState === stored.state) return checkpoint;
  return {
    ...checkpoint,
    counted: { ...counted, state: countedState },
    stored: { ...stored, state: storedState },
  };
}

/** Throws a `RangeError` when there are more rows and dead letters than offsets that were not lost. */
function addUp(
  totals: Totals,
  { startOffset, endOffset }: OffsetRange,
  { rows, deadLetters }: Pick<Totals, 'rows' | 'deadLetters'>,
  what: string,
  lost = 0n,
): Totals {
  const emptyOffsets = Number(endOffset - startOffset - lost) - rows - deadLetters;
  if (!(rows >= 0 && deadLetters >= 0 && emptyOffsets >= 0)) {
    throw new RangeError(
      `${rows} rows and ${deadLetters} dead letters for offsets ${startOffset} to ${endOffset} of ${what}, ` +
        `${lost} of which were lost: more than there can be`,
    );
  }
  return {
    rows: totals.rows + rows,
    deadLetters: totals.deadLetters + deadLetters,
    emptyOffsets: totals.emptyOffsets + emptyOffsets,
  };
}

function sizeOf(ranges: readonly OffsetRange[]): bigint {
  return ranges.reduce((sum, { startOffset, endOffset }) => sum + endOffset - startOffset, 0n);
}

function latest<T>(known: readonly T[], added: T): readonly T[] {
  return [...known, added].slice(-RECENT);
}

/**
 * Records a loss: where nothing is open one that follows what was counted, and is stepped over; else one that lies within what is
 * counted and not stored. Throws a `RangeError` otherwise: a bug.
 */
export function withGap<State>(
  checkpoint: PartitionCheckpoint<State>,
  gap: Omit<Gap, 'isCounted'>,
): PartitionCheckpoint<State> {
  const { counted, stored } = checkpoint;
  const open = openRange(checkpoint);
  const fits =
    open === undefined
      ? gap.startOffset === counted.endOffset
      : gap.startOffset >= open.startOffset && gap.endOffset <= open.endOffset;
  if (!fits || gap.endOffset <= gap.startOffset) {
    throw new RangeError(
      `the ${gap.reason} range ${gap.startOffset} to ${gap.endOffset} does not fit offset ${counted.endOffset}` +
        (open === undefined ? '' : `, stored up to ${open.startOffset}`),
    );
  }
  const gaps = [...checkpoint.gaps, { ...gap, isCounted: open !== undefined }];
  // What was decided holds for what comes after the open range as well.
  if (open !== undefined) return { ...checkpoint, gaps };
  // Nothing before the gap can be compared with the log again.
  const moved = { endOffset: gap.endOffset, lastRecord: null, at: gap.at };
  return {
    ...checkpoint,
    gaps,
    stopped: null,
    counted: { ...counted, ...moved },
    stored: { ...stored, ...moved },
  };
}

/** Goes on in a log that replaced the one before: from this position, which lies in the next log. */
export function withNextLog<State>(
  checkpoint: PartitionCheckpoint<State>,
  next: { readonly position: bigint; readonly logId: string | undefined; readonly at: string },
): PartitionCheckpoint<State> {
  const { position: endOffset, logId, at } = next;
  const { endOffset: startOffset } = checkpoint.counted;
  if (openRange(checkpoint) !== undefined || logOf(endOffset) !== logOf(startOffset) + 1n)
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
