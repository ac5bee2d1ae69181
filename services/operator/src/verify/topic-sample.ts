import {
  logOf,
  offsetInLog,
  positionIn,
  type OffsetRange,
  type PartitionOffsets,
  type SourceRecord,
} from '@client-tickets/micro-batch';
import type { RecordDefinition, RecordParser } from '@client-tickets/records';
import { isValueOf, type DeadLetter, type StoredRow } from '@client-tickets/results';
import { showOffsets } from '../cli/output.ts';
import type { RecordsRead, Windows } from '../topic/read-records.ts';
import type { Difference } from './difference.ts';
import type { QueryRows } from './query-rows.ts';
import type { RangeEvidence } from './range-evidence.ts';

/** Of each partition: at its beginning, in its middle and at its end. */
const WINDOW = 50n;
/** Of each partition, and how much of each. */
const MOST_HOLES = 20;
const MOST_OF_A_HOLE = 200n;

/**
 * Some records that the results are compared with, where the log can still be reached: those at the beginning, in the middle
 * and at the end of each partition, and the offsets that no file has a record of. Memory does not grow with the results.
 *
 * It finds what no total can tell: a record that was passed over and counted as an empty offset, and a topic that was made
 * again, whose old offsets hold other records. Results hold positions, a topic offsets: of a partition whose log was replaced
 * only the latest log can be compared.
 */
export class TopicSample {
  readonly #rows: QueryRows;
  readonly #parse: RecordParser<RecordDefinition>;
  readonly #partitions: ReadonlyMap<number, PartitionSample>;

  /** `committed`: what is committed of each partition; `log`: what the log holds. */
  constructor(
    rows: QueryRows,
    parse: RecordParser<RecordDefinition>,
    committed: ReadonlyMap<number, OffsetRange>,
    log: ReadonlyMap<number, PartitionOffsets>,
  ) {
    this.#rows = rows;
    this.#parse = parse;
    this.#partitions = new Map(
      [...committed].flatMap(([partition, range]) => {
        const offsets = log.get(partition);
        return offsets === undefined ? [] : [[partition, new PartitionSample(range, offsets)] as const];
      }),
    );
  }

  readonly addRow = (row: StoredRow): void => {
    this.#partitions.get(row.partition)?.keepRow(row);
  };

  readonly addLetter = (letter: DeadLetter): void => {
    this.#partitions.get(letter.partition)?.keepLetter(letter);
  };

  /** The ranges of a partition come in ascending order. */
  addRange({ partition, rows, deadLetters }: RangeEvidence): void {
    const letters = [...deadLetters].sort((a, b) => (a < b ? -1 : 1));
    this.#partitions.get(partition)?.pass(inOrder(rows.ascendingOffsets(), letters));
  }

  /** What has to be read of the topic. Ends the sample. */
  windows(): Windows {
    return new Map([...this.#partitions].map(([partition, sample]) => [partition, sample.finish()]));
  }

  compare(read: RecordsRead): readonly Difference[] {
    return [...read].flatMap(([partition, records]) => {
      const sample = this.#partitions.get(partition);
      return sample === undefined
        ? []
        : records.flatMap((record) => this.#compareRecord(partition, sample, record));
    });
  }

  #compareRecord(partition: number, sample: PartitionSample, record: SourceRecord): readonly Difference[] {
    const { value, problem } = record;
    if (problem !== undefined) return []; // what can't be read can't be compared; another limit may have read it
    const offset = positionIn(sample.log, record.offset);
    const differs = (what: string): readonly Difference[] => {
      const offsets = { startOffset: offset, endOffset: offset + 1n };
      const message = `partition ${partition}, offset ${record.offset}: ${what}`;
      return [{ code: 'topic_differs', partition, offsets, message }];
    };
    const row = sample.rows.get(offset);
    if (row !== undefined) {
      const verdict = this.#parse(value);
      if (!verdict.ok) return differs('the results have a row, the topic a record that is none');
      const field = this.#rows.columns.differingField(row, verdict.record);
      return field === undefined
        ? []
        : differs(`the topic has another record than the results: ${field} differs`);
    }
    const letter = sample.letters.get(offset);
    if (letter !== undefined) {
      return isValueOf(letter, value)
        ? []
        : differs('the topic has another record than the dead letter in the results');
    }
    const hole = sample.holes.find(
      ({ startOffset, endOffset }) => startOffset <= offset && offset < endOffset,
    );
    return hole === undefined
      ? []
      : differs(`the topic has a record that no file holds (none is held of ${showOffsets(hole)})`);
  }
}

class PartitionSample {
  readonly rows = new Map<bigint, StoredRow>();
  readonly letters = new Map<bigint, DeadLetter>();
  readonly holes: OffsetRange[] = [];
  /** Which log of the partition is compared. */
  readonly log: bigint;
  readonly #covered: OffsetRange;
  readonly #windows: readonly OffsetRange[];
  #next: bigint;

  constructor({ startOffset, endOffset }: OffsetRange, { earliest, latest }: PartitionOffsets) {
    this.log = logOf(endOffset);
    const [first, last] = [positionIn(this.log, earliest), positionIn(this.log, latest)];
    const covered = {
      startOffset: first > startOffset ? first : startOffset,
      endOffset: last < endOffset ? last : endOffset,
    };
    this.#covered = covered;
    this.#next = covered.startOffset;
    const size = covered.endOffset - covered.startOffset;
    const middle = covered.startOffset + size / 2n;
    const starts =
      size <= 3n * WINDOW ? [covered.startOffset] : [covered.startOffset, middle, covered.endOffset - WINDOW];
    const length = size <= 3n * WINDOW ? size : WINDOW;
    this.#windows =
      size <= 0n ? [] : starts.map((start) => ({ startOffset: start, endOffset: start + length }));
  }

  keepRow(row: StoredRow): void {
    if (this.#isWanted(row.offset)) this.rows.set(row.offset, row);
  }

  keepLetter(letter: DeadLetter): void {
    const offset = BigInt(letter.offset);
    if (this.#isWanted(offset)) this.letters.set(offset, letter);
  }

  /** Goes on over the offsets that files have records of. */
  pass(offsets: Iterable<bigint>): void {
    for (const offset of offsets) {
      this.#leave(offset);
      if (offset >= this.#next) this.#next = offset + 1n;
    }
  }

  /** Offsets of the log. */
  finish(): readonly OffsetRange[] {
    this.#leave(this.#covered.endOffset);
    const all = [...this.#windows, ...this.holes].sort((a, b) => (a.startOffset < b.startOffset ? -1 : 1));
    const merged: OffsetRange[] = [];
    for (const range of all) {
      const last = merged.at(-1);
      if (last === undefined || range.startOffset > last.endOffset) merged.push(range);
      else if (range.endOffset > last.endOffset)
        merged[merged.length - 1] = { startOffset: last.startOffset, endOffset: range.endOffset };
    }
    return merged.map((range) => ({
      startOffset: offsetInLog(range.startOffset),
      endOffset: offsetInLog(range.startOffset) + range.endOffset - range.startOffset,
    }));
  }

  /** No file holds a record from where the last one was to here. */
  #leave(end: bigint): void {
    const { endOffset } = this.#covered;
    const until = end < endOffset ? end : endOffset;
    if (until <= this.#next || this.holes.length >= MOST_HOLES) return;
    const most = this.#next + MOST_OF_A_HOLE;
    this.holes.push({ startOffset: this.#next, endOffset: until < most ? until : most });
  }

  #isWanted(offset: bigint): boolean {
    return this.#windows.some(({ startOffset, endOffset }) => startOffset <= offset && offset < endOffset);
  }
}

/** Of two that ascend. */
function* inOrder(offsets: Iterable<bigint>, others: readonly bigint[]): Generator<bigint> {
  let index = 0;
  for (const offset of offsets) {
    for (let other = others[index]; other !== undefined && other < offset; other = others[++index])
      yield other;
    yield offset;
  }
  yield* others.slice(index);
}
