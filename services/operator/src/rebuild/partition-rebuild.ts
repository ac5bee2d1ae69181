import {
  logOf,
  offsetsIn,
  type Frontier,
  type Gap,
  type OffsetRange,
  type PartitionCheckpoint,
  type PartitionOffsets,
} from '@client-tickets/micro-batch';
import { addWindows, emptyWindows, type QueryState, type WindowState } from '@client-tickets/records';
import type { Counts, ResultFormat } from '@client-tickets/results';
import type { Difference } from '../verify/difference.ts';
import type { ExaminedRow } from '../verify/examined-rows.ts';
import type { QueryRows } from '../verify/query-rows.ts';
import type { RangeEvidence } from '../verify/range-evidence.ts';
import { checkFormats } from '../verify/range-rules.ts';
import { showOffsets } from '../cli/output.ts';

/** What the ranges up to one of them hold together. */
interface Sum {
  readonly endOffset: bigint;
  readonly counts: Counts;
  /** Rows by their windows, and how many were late. */
  readonly windows: WindowState;
  /** When the latest row happened, without those that are dated in the future; `-Infinity`: there is none. */
  readonly latest: number;
  readonly rows: number;
  readonly deadLetters: number;
  readonly ranges: number;
}

export interface RebuildOptions {
  readonly query: string;
  readonly partition: number;
  /** Where the partition began, as far as that is known; else it is taken to begin with its first file. */
  readonly firstOffset: bigint | undefined;
  /** Up to where the published counts say that files were stored, at least. */
  readonly storedEnd: bigint;
  /** Of a partition without rows. */
  readonly initialState: QueryState;
  /** As the brokers have it now; `undefined`: not known. */
  readonly log: PartitionOffsets | undefined;
  /** Take the last range for stored, whatever its files may lack. */
  readonly assumeComplete: boolean;
  readonly at: string;
}

/** Throws an `Error` that says why a checkpoint can't be made of these files. */
type Rebuild = (options: RebuildOptions) => PartitionCheckpoint<QueryState>;

/**
 * Adds up the files of one partition, range by range, to what its checkpoint must have said.
 *
 * **The last range may not have been stored.** Its writer may have been killed between its files, and from the files
 * alone it can't be told that one of them is missing. All ranges before it were stored, or it could not have been planned.
 * So unless the published counts say that it was stored, it becomes the plan of the new checkpoint: the next start
 * executes it again and writes the same files, those that are there and those that are not.
 *
 * **What was counted beyond the files is counted again**, once it is read again: nothing says any more what it was.
 *
 * **The files may come from several logs**, one after the other. What was left of each when it was replaced was recorded as lost.
 */
export class PartitionRebuild {
  readonly #rows: QueryRows;
  readonly #formats: readonly ResultFormat[];
  readonly #now: number;
  readonly #differences: Difference[] = [];
  #firstOffset: bigint | undefined;
  /** From the last file of a log to the first one of the log that replaced it. */
  readonly #replaced: OffsetRange[] = [];
  #before: Sum | undefined;
  #last: { readonly evidence: RangeEvidence; readonly sum: Sum } | undefined;

  /** `at`: when this happens, ISO 8601. */
  constructor(rows: QueryRows, formats: readonly ResultFormat[], at: string) {
    this.#rows = rows;
    this.#now = Date.parse(at);
    this.#formats = formats;
  }

  /** In ascending order. */
  add(evidence: RangeEvidence): void {
    const { partition, range, rows, deadLetters, late } = evidence;
    this.#checkLast();
    const sum = this.#last?.sum;
    if (sum !== undefined && range.startOffset < sum.endOffset) {
      const message = `offsets ${showOffsets(range)} overlap those of the file before`;
      this.#differences.push({ code: 'offsets_twice', partition, offsets: range, message });
    }
    this.#firstOffset ??= range.startOffset;
    if (sum !== undefined) this.#noteNextLog(sum.endOffset, range.startOffset);
    this.#before = sum;
    this.#last = {
      evidence,
      sum: {
        endOffset: range.endOffset,
        counts: this.#rows.merge(sum?.counts ?? this.#rows.noCounts, this.#rows.count(rows)),
        windows: addWindows(sum?.windows ?? NO_WINDOWS, {
          late: late.size,
          windows: this.#rows.countWindows(inTime(rows, late)),
        }),
        latest: latestOf(rows, sum?.latest ?? -Infinity, this.#now),
        rows: (sum?.rows ?? 0) + rows.length,
        deadLetters: (sum?.deadLetters ?? 0) + deadLetters.length,
        ranges: (sum?.ranges ?? 0) + 1,
      },
    };
  }

  readonly finish: Rebuild = (options) => {
    const { query, partition, storedEnd, initialState, log, assumeComplete, at } = options;
    const last = this.#last;
    const start = last?.evidence.range.startOffset ?? storedEnd;
    const isStored = last === undefined || storedEnd >= last.sum.endOffset || assumeComplete;
    if (isStored) this.#checkLast();
    this.#refuse(partition);
    if (last !== undefined && storedEnd > start && storedEnd < last.sum.endOffset) {
      throw new Error(
        `partition ${partition}: files were stored up to ${storedEnd}, within the range ${showOffsets(last.evidence.range)}`,
      );
    }
    if (!isStored && log !== undefined && offsetsIn(logOf(start), log).earliest > start) {
      throw new Error(
        `partition ${partition}: whether the last range ${showOffsets(last.evidence.range)} was written to its end is not known, ` +
          `and the log, which now starts at ${log.earliest}, can't give it again. Look at its files; with --assume-complete they are taken as they are`,
      );
    }
    const sum = isStored ? last?.sum : this.#before;
    const firstOffset = options.firstOffset ?? this.#firstOffset ?? storedEnd;
    const endOffset = isStored ? larger(sum?.endOffset ?? firstOffset, storedEnd) : start;
    if (this.#firstOffset !== undefined && firstOffset > this.#firstOffset) {
      throw new Error(
        `partition ${partition} begins at offset ${firstOffset}, but there are files from ${this.#firstOffset} on`,
      );
    }
    const { rows = 0, deadLetters = 0, ranges = 0 } = sum ?? {};
    this.#noteNextLog(sum?.endOffset ?? firstOffset, endOffset);
    const gaps = this.#replaced.map((range): Gap => ({ ...range, reason: 'replaced', isCounted: false, at }));
    const lost = gaps.reduce((offsets, gap) => offsets + gap.endOffset - gap.startOffset, 0n);
    const emptyOffsets = Number(endOffset - firstOffset - lost) - rows - deadLetters;
    const totals = { rows, deadLetters, emptyOffsets };
    // The results do not say which log they came from: whatever the topic holds now is taken for the same.
    const stored = { endOffset, state: stateOf(sum, initialState), totals, lastRecord: null, at };
    const counted = isStored ? stored : frontierOf(last.sum, initialState, firstOffset + lost, at);
    const planned = isStored ? null : { startOffset: start, endOffset: last.sum.endOffset, at };
    return {
      query,
      partition,
      firstOffset,
      logId: null,
      counted: { batchId: (isStored ? ranges : last.sum.ranges) - 1, ...counted },
      stored,
      openSince: isStored ? null : at,
      planned,
      stopped: null,
      recentBatches: [],
      recentFiles: [],
      gaps,
    };
  };

  #noteNextLog(startOffset: bigint, endOffset: bigint): void {
    const isNoted = this.#replaced.at(-1)?.endOffset === endOffset;
    if (logOf(endOffset) > logOf(startOffset) && !isNoted) this.#replaced.push({ startOffset, endOffset });
  }

  /** The last range is whole, in every format: it is not the last any more, or was committed. */
  #checkLast(): void {
    const evidence = this.#last?.evidence;
    if (evidence === undefined) return;
    this.#differences.push(
      ...evidence.differences,
      ...checkFormats(this.#rows.query.table, evidence, this.#formats),
    );
  }

  #refuse(partition: number): void {
    if (this.#differences.length === 0) return;
    const shown = this.#differences.slice(0, 5).map(({ message }) => message);
    const more = this.#differences.length > shown.length ? ', and more' : '';
    throw new Error(
      `the files of partition ${partition} are not what the query writes: ${shown.join('; ')}${more}. Restore them first`,
    );
  }
}

function* inTime(rows: Iterable<ExaminedRow>, late: RangeEvidence['late']): Generator<ExaminedRow> {
  for (const row of rows) if (!late.has(row.offset)) yield row;
}

/** When the latest of the rows happened, unless `former` is later or there is none up to `now`. */
function latestOf(rows: Iterable<ExaminedRow>, former: number, now: number): number {
  let latest = former;
  for (const { at } of rows) if (at > latest && at <= now) latest = at;
  return latest;
}

/** Everything up to the end of the ranges that were added up. */
function frontierOf(
  sum: Sum,
  initialState: QueryState,
  firstOffset: bigint,
  at: string,
): Frontier<QueryState> {
  const { endOffset, rows, deadLetters } = sum;
  const emptyOffsets = Number(endOffset - firstOffset) - rows - deadLetters;
  return {
    endOffset,
    state: stateOf(sum, initialState),
    totals: { rows, deadLetters, emptyOffsets },
    lastRecord: null,
    at,
  };
}

function larger(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}

const NO_WINDOWS = emptyWindows(0);

/**
 * What the windows were is known from rows and late ones; all of them, as the files of days that are over may be lost as well. Where the
 * watermark was follows from the latest row, but for what a partition that nothing came for had followed.
 */
function stateOf(sum: Sum | undefined, initial: QueryState): QueryState {
  const { windows: none } = initial;
  if (sum === undefined) return initial;
  if (none === undefined) return { counts: sum.counts };
  const watermark = sum.latest === -Infinity ? null : new Date(sum.latest - none.delayMs).toISOString();
  const { late, windows } = sum.windows;
  return { counts: sum.counts, windows: { ...none, late, watermark, windows } };
}
