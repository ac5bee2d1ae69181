import { isDeepStrictEqual } from 'node:util';
import {
  formatRange,
  type OffsetRange,
  type PartitionCheckpoint,
  type StoredFiles,
} from '@client-tickets/micro-batch';
import type { QueryState } from '@client-tickets/records';
import type { ResultFormat } from '@client-tickets/results';
import { CountsTally } from './counts-tally.ts';
import type { Difference } from './difference.ts';
import type { QueryRows } from './query-rows.ts';
import type { RangeEvidence } from './range-evidence.ts';
import { checkBatch, checkFormats, checkPlace } from './range-rules.ts';
import { sizeOf, subtractRanges } from './subtract-ranges.ts';
import { WindowTally } from './window-tally.ts';
import { showOffsets } from '../cli/output.ts';

/** How many of many places are named. */
const MOST_NAMED = 20;

/** What a partition's files hold, up to its committed end. */
export interface PartitionFindings {
  readonly rows: number;
  readonly deadLetters: number;
  readonly ranges: number;
  readonly files: number;
  readonly counts: CountsTally;
  /** Rows by windows, where the query has some. */
  readonly windows: WindowTally | undefined;
  readonly differences: readonly Difference[];
}

/**
 * Compares the files of one partition with its checkpoint. Ranges that begin before the committed end come in through
 * `add`, in the order in which they are listed; `finish` compares what they add up to. Memory does not grow with them.
 *
 * Why nothing can be missing unseen: a range is either one of the recent batches, which the checkpoint names with files and
 * numbers, or older. Older ranges may leave out only offsets that never had a record. The checkpoint does not name those,
 * but it counts rows and dead letters: a file that is gone shows as a total that does not come out. The places where
 * it may have been are named then.
 */
export class PartitionAudit {
  readonly #checkpoint: PartitionCheckpoint<QueryState>;
  readonly #rows: QueryRows;
  readonly #formats: readonly ResultFormat[];
  readonly #lost: readonly OffsetRange[];
  readonly #unseen: Map<string, StoredFiles>;
  readonly #counts: CountsTally;
  readonly #windows: WindowTally | undefined;
  readonly #differences: Difference[] = [];
  readonly #withoutFile: OffsetRange[] = [];
  readonly #notFull: OffsetRange[] = [];
  #end: bigint;
  #rowsHeld = 0;
  #deadLetters = 0;
  #ranges = 0;
  #files = 0;

  /** `marks`: the offsets whose `counts.before` is wanted. */
  constructor(options: {
    readonly checkpoint: PartitionCheckpoint<QueryState>;
    readonly rows: QueryRows;
    readonly formats: readonly ResultFormat[];
    readonly marks: Iterable<bigint>;
  }) {
    const { checkpoint, rows, formats, marks } = options;
    this.#checkpoint = checkpoint;
    this.#rows = rows;
    this.#formats = formats;
    this.#lost = checkpoint.gaps;
    this.#unseen = new Map(checkpoint.recentFiles.map((files) => [formatRange(files), files]));
    this.#counts = new CountsTally(rows, marks);
    this.#windows = rows.windows && new WindowTally(rows.windows);
    this.#end = checkpoint.firstOffset;
  }

  add(evidence: RangeEvidence): void {
    const { range, rows, deadLetters, files } = evidence;
    const batch = this.#unseen.get(formatRange(range));
    this.#unseen.delete(formatRange(range));
    this.#report(evidence.differences);
    this.#report(checkPlace(evidence, this.#checkpoint, this.#end));
    const { table } = this.#rows.query;
    const whole =
      batch === undefined ? checkFormats(table, evidence, this.#formats) : checkBatch(table, batch, evidence);
    this.#report(
      whole.filter(
        ({ key }) => key === undefined || !evidence.differences.some((other) => other.key === key),
      ),
    );

    this.#leave({ startOffset: this.#end, endOffset: range.startOffset });
    this.#end = range.endOffset > this.#end ? range.endOffset : this.#end;
    const most = sizeOf(subtractRanges(range, this.#lost));
    const isFull = BigInt(rows.length + deadLetters.length) >= most;
    if (!isFull && batch === undefined) nameSome(this.#notFull, range);
    this.#rowsHeld += rows.length;
    this.#deadLetters += deadLetters.length;
    this.#ranges += 1;
    this.#files += files.length;
    this.#counts.add(rows);
    this.#windows?.add(evidence);
  }

  finish(): PartitionFindings {
    const { partition, stored } = this.#checkpoint;
    this.#leave({ startOffset: this.#end, endOffset: stored.endOffset });
    this.#report([...this.#unseen.values()].flatMap(missingFiles(partition)));
    this.#report(this.#compareTotals());
    if (!isDeepStrictEqual(this.#counts.total, stored.state.counts)) {
      const message = `the state in the checkpoint of partition ${partition} does not count the rows in its files`;
      this.#report([{ code: 'counts_differ', partition, message }]);
    }
    this.#report(this.#windows?.compare(partition, stored.state) ?? []);
    return {
      rows: this.#rowsHeld,
      deadLetters: this.#deadLetters,
      ranges: this.#ranges,
      files: this.#files,
      counts: this.#counts,
      windows: this.#windows,
      differences: this.#differences,
    };
  }

  /** No file holds these offsets. */
  #leave(offsets: OffsetRange): void {
    for (const part of subtractRanges(offsets, [...this.#lost, ...this.#checkpoint.recentFiles])) {
      nameSome(this.#withoutFile, part);
    }
  }

  #compareTotals(): readonly Difference[] {
    const { partition, stored } = this.#checkpoint;
    const { rows, deadLetters } = stored.totals;
    if (rows === this.#rowsHeld && deadLetters === this.#deadLetters) return [];
    const message =
      `the files of partition ${partition} hold ${this.#rowsHeld} rows and ${this.#deadLetters} dead letters, ` +
      `the checkpoint has counted ${rows} and ${deadLetters}`;
    const totals: Difference = { code: 'totals_differ', partition, message };
    if (rows <= this.#rowsHeld && deadLetters <= this.#deadLetters) return [totals];
    // Whether these offsets ever had records, nothing but the totals can tell.
    const places = this.#withoutFile.map((offsets): Difference => {
      const text = `no file holds offsets ${showOffsets(offsets)}, and records that were counted are missing`;
      return { code: 'offsets_missing', partition, offsets, message: text };
    });
    const parts = this.#notFull.map((offsets): Difference => {
      const text = `the files of ${showOffsets(offsets)} do not hold all of them, and records that were counted are missing`;
      return { code: 'offsets_missing', partition, offsets, message: text };
    });
    return [totals, ...places, ...parts];
  }

  #report(differences: readonly Difference[]): void {
    this.#differences.push(...differences);
  }
}

function nameSome(places: OffsetRange[], place: OffsetRange): void {
  if (places.length < MOST_NAMED) places.push(place);
}

const missingFiles =
  (partition: number) =>
  (range: StoredFiles): readonly Difference[] =>
    range.files.map(({ key }) => {
      const message = `${key} is not there; it was stored at ${range.storedAt}`;
      const { startOffset, endOffset } = range;
      return { code: 'file_missing', partition, offsets: { startOffset, endOffset }, key, message };
    });
